// Methods are pure: init(w) gives a state, step(w, g, state, options) the next weights and state.
// Options: rate η, decay λ (decoupled), momentum β, smoothness L.

const shrunk = (w, { rate, decay }) => times(1 - rate * decay, w);
const none = () => null;
const buffer = (w) => zeros(w);

function heavyBall(push) {
  return (w, g, m, o) => {
    const next = plus(times(o.momentum, m), push(w, g));
    return [minus(shrunk(w, o), times(o.rate, next)), next];
  };
}

function nesterov(w, g, m, o) {
  const next = plus(times(o.momentum, m), g);
  return [minus(shrunk(w, o), times(o.rate, plus(g, times(o.momentum, next)))), next];
}

function adam(w, g, { t, first, second }, o) {
  const [beta1, beta2, eps] = [0.9, 0.999, 1e-8];
  const m = plus(times(beta1, first), times(1 - beta1, g));
  const v = plus(times(beta2, second), times(1 - beta2, g.map((x) => x * x)));
  const [c1, c2] = [1 - beta1 ** (t + 1), 1 - beta2 ** (t + 1)];
  const direction = m.map((mi, i) => mi / c1 / (Math.sqrt(v[i] / c2) + eps));
  return [minus(shrunk(w, o), times(o.rate, direction)), { t: t + 1, first: m, second: v }];
}

// Along the great circle of −g, by the angle; the norm stays.
function geodesic(w, g, angle) {
  const size = norm(g);
  return size === 0 ? w : times(norm(w), turned(unit(w), times(-1 / size, g), angle));
}

const squared = (w) => dot(w, w);

const METHODS = new Map(
  [
    { name: "gd", title: "GD", init: none, step: (w, g, s, o) => [minus(shrunk(w, o), times(o.rate, g)), s] },
    {
      name: "psi-gd", title: "PSI-GD", init: none,
      step: (w, g, s, o) => [minus(shrunk(w, o), times(o.rate * squared(w), g)), s],
    },
    { name: "momentum", title: "momentum", uses: ["momentum"], init: buffer, step: heavyBall((w, g) => g) },
    {
      name: "psi-momentum", title: "PSI momentum", uses: ["momentum"], init: buffer,
      step: heavyBall((w, g) => times(squared(w), g)),
    },
    { name: "adam", title: "Adam", init: (w) => ({ t: 0, first: zeros(w), second: zeros(w) }), step: adam },
    {
      name: "rgd", title: "RGD", without: "decay", init: none,
      step: (w, g, s, o) => [geodesic(w, g, o.rate * norm(w) * norm(g)), s],
    },
    { name: "nesterov", title: "Nesterov", uses: ["momentum"], init: buffer, step: nesterov },
    {
      name: "normalised", title: "normalised GD", without: "decay", init: none,
      step: (w, g, s, o) => [norm(g) === 0 ? w : minus(w, times(o.rate / norm(g), g)), s],
    },
    {
      name: "lars", title: "LARS", without: "decay", init: none,
      step: (w, g, s, o) => [norm(g) === 0 ? w : minus(w, times((o.rate * norm(w)) / norm(g), g)), s],
    },
    {
      name: "psi-rd", title: "rapidity descent", without: "rate, decay", init: none,
      step: (w, g, s, o) => [geodesic(w, g, Math.atanh((norm(w) * norm(g)) / o.smoothness)), s],
    },
  ].map((method, i) => [method.name, { ...method, ...DATA.styles[i] }]),
);
