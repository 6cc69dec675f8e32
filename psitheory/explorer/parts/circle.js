// The circle of classes, unrolled: the loss over the angle, and where each run stands on it.

const UNROLLED = { width: 360, height: 220, left: 44, right: 18, top: 14, bottom: 30 };
const HALVES = [[-Math.PI, "−π"], [-Math.PI / 2, "−π/2"], [0, "0"], [Math.PI / 2, "π/2"], [Math.PI, "π"]];

function drawCircle(svg, loss, [low, high], runs, shownStep) {
  svg.replaceChildren(...svg.querySelectorAll("title"));
  const margin = 0.08 * (high - low);
  const yTicks = ticks(low, high).map((v) => [v, shown(v)]);
  const place = axes(svg, UNROLLED, [-Math.PI, Math.PI], [low - margin, high + margin], yTicks, HALVES);
  const at = (w) => [place.x(Math.atan2(w[1], w[0])), place.y(loss.value(w))];
  const angles = Array.from({ length: 241 }, (_, k) => -Math.PI + (2 * Math.PI * k) / 240);
  const curve = angles.map((angle) => [place.x(angle), place.y(loss.value(onCircle(angle)))]);
  svg.append(polyline(curve, { class: "curve" }));
  loss.minima.forEach((minimum, k) => svg.append(...minimumMark(at(minimum.at), k)));
  for (const { style, result, thin } of runs) {
    if (thin) continue;
    for (const w of result.points.slice(0, shownStep)) {
      const [cx, cy] = at(w);
      svg.append(element("circle", { cx: rounded(cx), cy: rounded(cy), r: 2.2, fill: style.colour, "fill-opacity": 0.6 }));
    }
    svg.append(mark(at(result.points[Math.min(shownStep, result.points.length - 1)]), style));
  }
}
