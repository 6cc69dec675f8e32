// The plane of weights: rays are classes, the circle holds their unit representatives.

const HALF = 180; // drawings of weights are 360 units wide, with 0 in the middle

function planeReach(runs, shownStep) {
  const sizes = runs.flatMap(({ result }) => result.norm.slice(0, shownStep + 1));
  return 1.12 * Math.max(1, ...sizes.filter(Number.isFinite));
}

function drawPlane(svg, canvas, loss, range, runs, shownStep, start) {
  const reach = planeReach(runs, shownStep);
  const place = ([x, y]) => [(x / reach) * HALF, (-y / reach) * HALF];
  if (canvas) shade(canvas, loss, (x, y) => [x, y], range);
  svg.replaceChildren(...svg.querySelectorAll("title"));
  svg.append(element("circle", { cx: 0, cy: 0, r: rounded(HALF / reach), class: "sphere" }));
  svg.append(element("circle", { cx: 0, cy: 0, r: 2.5, fill: "#222" }));
  loss.minima.forEach(({ at }, k) => {
    svg.append(polyline([[0, 0], place(times(1.4 * reach, at))], { class: "ray" }));
    svg.append(...minimumMark(times(0.93, place(times(reach, at))), k));
  });
  for (const { style, result, thin } of runs) {
    const points = result.points.slice(0, shownStep + 1).map(place);
    svg.append(...cased(points, { ...style, thin }));
    svg.append(mark(points.at(-1), style, thin ? 4 : 6.5));
  }
  svg.append(startMark(place(start)));
  return { toAngles: ([x, y]) => ({ angle: Math.atan2(-y, x) }), toNorm: ([x, y]) => (Math.hypot(x, y) / HALF) * reach };
}

function startMark([x, y]) {
  return element(
    "g", { class: "start", transform: `translate(${rounded(x)} ${rounded(y)})` },
    element("circle", { r: 20, fill: "transparent" }),
    element("circle", { r: 8, fill: "#fff", stroke: "#222", "stroke-width": 2.5 }),
    element("path", { d: "M-4 0H4M0 -4V4", stroke: "#222", "stroke-width": 2 }),
  );
}
