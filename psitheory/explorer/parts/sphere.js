// The sphere of classes, seen from far away; what lies behind it is faint.

const RADIUS = 168;
const PARTS = 6; // a step is drawn as an arc of so many chords

function frameOf({ azimuth, elevation }) {
  const front = onSphere(azimuth, elevation);
  const east = [-Math.sin(azimuth), Math.cos(azimuth), 0];
  const up = onSphere(azimuth, elevation + Math.PI / 2);
  return { front, east, up };
}

// The classes along the segments between points: arcs of great circles.
function classPath(points) {
  const out = [unit(points[0])];
  for (let t = 1; t < points.length; t++) {
    for (let k = 1; k <= PARTS; k++) {
      const inside = plus(times(1 - k / PARTS, points[t - 1]), times(k / PARTS, points[t]));
      if (norm(inside) > 0) out.push(unit(inside));
    }
  }
  return out;
}

function drawSphere(svg, canvas, loss, range, runs, shownStep, start, view) {
  const { front, east, up } = frameOf(view);
  const place = (u) => [RADIUS * dot(u, east), -RADIUS * dot(u, up)];
  const facing = (u) => dot(u, front) >= 0;
  const under = (x, y) => {
    const [a, b] = [(x * HALF) / RADIUS, (y * HALF) / RADIUS];
    const c = 1 - a * a - b * b;
    return c < 0 ? null : plus(times(Math.sqrt(c), front), plus(times(a, east), times(b, up)));
  };
  if (canvas) shade(canvas, loss, under, range);
  svg.replaceChildren(...svg.querySelectorAll("title"));
  svg.append(element("circle", { cx: 0, cy: 0, r: RADIUS, class: "sphere" }));
  loss.minima.forEach(({ at }, k) => {
    svg.append(element("g", { opacity: facing(at) ? 1 : 0.35 }, ...minimumMark(place(at), k)));
  });
  for (const { style, result, thin } of runs) {
    const path = classPath(result.points.slice(0, shownStep + 1));
    svg.append(polyline(path.map((u) => (facing(u) ? null : place(u))), { stroke: style.colour, "stroke-opacity": 0.35 }));
    svg.append(...cased(path.map((u) => (facing(u) ? place(u) : null)), { ...style, thin }));
    const last = element("g", { opacity: facing(path.at(-1)) ? 1 : 0.35 }, mark(place(path.at(-1)), style, thin ? 4 : 6.5));
    svg.append(last);
  }
  svg.append(element("g", { opacity: facing(start) ? 1 : 0.5 }, startMark(place(unit(start)))));
  return { toAngles: (at) => anglesAt(at, under), toNorm: null };
}

// The point of the sphere below a place of the drawing; outside, the nearest of its edge.
function anglesAt([x, y], under) {
  const size = Math.max(1.0001, Math.hypot(x, y) / RADIUS);
  const u = under(x / size / HALF, -y / size / HALF);
  return u && { longitude: Math.atan2(u[1], u[0]), latitude: Math.asin(Math.max(-1, Math.min(1, u[2]))) };
}
