// Curves over the steps: loss, norm, effective rate.

const CHART = { width: 360, height: 200, left: 52, right: 18, top: 12, bottom: 30 };

const identity = (x) => x;

function extent(values) {
  const known = values.filter((x) => x !== null && Number.isFinite(x));
  if (!known.length) return [0, 1];
  const [low, high] = [Math.min(...known), Math.max(...known)];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

// Round numbers between low and high, about four of them.
function ticks(low, high) {
  const raw = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= raw);
  const out = [];
  for (let k = Math.ceil(low / step); k * step <= high + 1e-9 * step; k++) out.push(Number((k * step).toPrecision(12)));
  return out;
}

// Whole powers of ten, every so many of them that six remain; ordinary numbers where they span less than two.
function logTicks(low, high) {
  if (high - low < 2) return ticks(10 ** low, 10 ** high).filter((x) => x > 0).map((x) => [Math.log10(x), shown(x)]);
  const step = Math.ceil((high - low) / 5);
  const out = [];
  for (let k = Math.ceil(low / step) * step; k <= high; k += step) out.push([k, `10${superscript(k)}`]);
  return out;
}

function axes(svg, { width, height, left, right, top, bottom }, [x0, x1], [y0, y1], yTicks, xTicks) {
  const x = (value) => left + ((value - x0) / (x1 - x0)) * (width - left - right);
  const y = (value) => height - bottom - ((value - y0) / (y1 - y0)) * (height - top - bottom);
  for (const [value, label] of yTicks) {
    svg.append(element("path", { d: `M${left} ${rounded(y(value))}H${width - right}`, class: "grid" }));
    svg.append(words(label, left - 5, y(value) + 4, { "text-anchor": "end" }));
  }
  for (const [value, label] of xTicks) svg.append(words(label, x(value), height - bottom + 16, { "text-anchor": "middle" }));
  svg.append(element("path", { d: `M${left} ${top}V${height - bottom}H${width - right}`, class: "axis" }));
  return { x, y };
}

// runs: [{style, values, thin}]; values null where there is nothing to show.
function drawChart(svg, runs, shownStep, steps, logarithmic) {
  const scale = logarithmic ? (v) => (v === null || !(v > 0) ? null : Math.log10(v)) : identity;
  const scaled = runs.map((r) => ({ ...r, values: r.values.map(scale) }));
  const [low, high] = extent(scaled.flatMap((r) => r.values));
  const margin = 0.04 * (high - low);
  const yRange = [low - margin, high + margin];
  const yTicks = logarithmic ? logTicks(...yRange) : ticks(...yRange).map((v) => [v, shown(v)]);
  svg.replaceChildren(...svg.querySelectorAll("title"));
  const place = axes(svg, CHART, [0, steps], yRange, yTicks, ticks(0, steps).map((v) => [v, String(v)]));
  for (const { style, values, thin } of scaled) {
    const until = values.slice(0, shownStep + 1);
    const points = until.map((v, t) => (v === null ? null : [place.x(t), place.y(v)]));
    svg.append(...cased(points, { ...style, thin, width: 2.2 }));
    const last = points.findLast((point) => point);
    if (last && !thin) svg.append(mark(last, style, 4.5));
  }
}
