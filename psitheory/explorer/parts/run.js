// A run: weights, loss, norm, G = ‖w‖²‖∇f‖² at each step, and the effective rate of each step.

const SETTLED = 1e-6; // G below this counts as settled, as in the library's maps of basins
const ROUNDED = 2 ** -42; // a turn below this has fewer than ten bits that are not rounding

// The rate at which a step of PSI-GD would turn as far: tan(turn)/√G; null where no rate would.
function effectiveRate(w, next, squaredGradient) {
  const turn = angleBetween(w, next);
  return turn < ROUNDED || turn >= Math.PI / 2 ? null : Math.tan(turn) / Math.sqrt(squaredGradient);
}

function run(loss, method, start, options) {
  const out = { points: [], loss: [], norm: [], squaredGradient: [], rate: [], broken: false };
  const settings = { ...options, smoothness: loss.smoothness };
  let [w, state] = [start, method.init(start)];
  for (let t = 0; t <= options.steps; t++) {
    const g = loss.gradient(w);
    const square = dot(w, w) * dot(g, g);
    if (!isFinite_(w) || !Number.isFinite(square)) {
      out.broken = true;
      break;
    }
    out.points.push(w);
    out.loss.push(loss.value(w));
    out.norm.push(norm(w));
    out.squaredGradient.push(square);
    const [next, after] = method.step(w, g, state, settings);
    if (t < options.steps) out.rate.push(isFinite_(next) ? effectiveRate(w, next, square) : null);
    [w, state] = [next, after];
  }
  return { ...out, ...arrival(loss, out, out.points.length - 1) };
}

// Which minimum is nearest at step t, and whether the run has settled there.
function arrival(loss, { points, squaredGradient }, t) {
  const distances = loss.minima.map(({ at }) => angleBetween(points[t], at));
  const nearest = distances.indexOf(Math.min(...distances));
  return { minimum: nearest, distance: distances[nearest], settled: squaredGradient[t] < SETTLED };
}
