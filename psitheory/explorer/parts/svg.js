// Elements, and how numbers become places on a drawing.

const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const html = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const rounded = (x) => Math.round(x * 100) / 100;

// A path through points [x, y]; null interrupts it.
function polyline(points, attributes) {
  let d = "";
  let drawing = false;
  for (const point of points) {
    if (point) d += `${drawing ? "L" : "M"}${rounded(point[0])} ${rounded(point[1])}`;
    drawing = Boolean(point);
  }
  return element("path", { d, fill: "none", ...attributes });
}

// A line with a light edge, so that it is seen on every shade.
function cased(points, { colour, dash, width = 2.4, thin = false }) {
  const line = { stroke: colour, "stroke-dasharray": dash, "stroke-width": thin ? width / 2 : width };
  return [
    polyline(points, { stroke: "#fff", "stroke-width": thin ? width / 2 + 1.6 : width + 2, "stroke-opacity": 0.85 }),
    polyline(points, { ...line, "stroke-linejoin": "round" }),
  ];
}

const MARKS = {
  o: (r) => element("circle", { r }),
  s: (r) => element("path", { d: `M${-r} ${-r}H${r}V${r}H${-r}Z` }),
  "^": (r) => element("path", { d: `M0 ${-1.2 * r}L${1.1 * r} ${r}H${-1.1 * r}Z` }),
  D: (r) => element("path", { d: `M0 ${-1.3 * r}L${1.3 * r} 0L0 ${1.3 * r}L${-1.3 * r} 0Z` }),
  v: (r) => element("path", { d: `M0 ${1.2 * r}L${1.1 * r} ${-r}H${-1.1 * r}Z` }),
  P: (r) => element("path", { d: `M${-r / 2.5} ${-r}h${r / 1.25}v${r * 0.6}h${r * 0.6}v${r / 1.25}h${-r * 0.6}v${r * 0.6}h${-r / 1.25}v${-r * 0.6}h${-r * 0.6}v${-r / 1.25}h${r * 0.6}Z` }),
  X: (r) => element("path", { d: `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}` }),
};

function mark([x, y], { colour, mark: name }, r = 6) {
  const shape = MARKS[name](r);
  const styled = { transform: `translate(${rounded(x)} ${rounded(y)})`, fill: colour, stroke: "#fff", "stroke-width": 1.5 };
  if (name === "X") Object.assign(styled, { stroke: colour, "stroke-width": 3 });
  for (const [key, value] of Object.entries(styled)) shape.setAttribute(key, value);
  return shape;
}

function words(text, x, y, attributes = {}) {
  return element("text", { x: rounded(x), y: rounded(y), ...attributes }, text);
}

// A minimum: a ring with its number.
function minimumMark([x, y], k) {
  return [
    element("circle", { cx: rounded(x), cy: rounded(y), r: 9, fill: "#fff", stroke: "#222", "stroke-width": 1.5 }),
    words(String(k + 1), x, y + 4, { "text-anchor": "middle", class: "number" }),
  ];
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const superscript = (n) => String(n).replace("-", "⁻").replace(/\d/g, (digit) => SUPERSCRIPT[digit]);

// A number in three digits, for people.
function shown(x) {
  if (x === null || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e4) return String(Number(x.toPrecision(3))).replace("-", "−");
  const [digits, power] = x.toExponential(1).split("e");
  return `${digits.replace("-", "−")}·10${superscript(Number(power))}`;
}
