// All that can be chosen, and what a number on a slider means.

const DEGREE = Math.PI / 180;
const NO_DECAY = -5; // the left end of the decay's slider

const state = {
  loss: "waves", methods: ["gd", "psi-gd"], angle: 40, longitude: -120, latitude: -10, scale: -2,
  rate: -1, decay: NO_DECAY, momentum: 0.9, steps: 40, shown: 40, compare: true, azimuth: -105, elevation: 10,
};
const AT_FIRST = { ...state, methods: [...state.methods] };

const lossOf = (s) => LOSSES.get(s.loss);
const decayOf = (s) => (s.decay <= NO_DECAY ? 0 : 10 ** s.decay);
const optionsOf = (s) => ({ rate: 10 ** s.rate, decay: decayOf(s), momentum: s.momentum, steps: s.steps });

function unitStart(s) {
  if (lossOf(s).size === 2) return onCircle(s.angle * DEGREE);
  return onSphere(s.longitude * DEGREE, s.latitude * DEGREE);
}

const startOf = (s) => times(2 ** s.scale, unitStart(s));

// Every run that is chosen: each method from the start, and, thin, from its unit representative.
function runsOf(s) {
  const loss = lossOf(s);
  return s.methods.map((name) => METHODS.get(name)).flatMap((method) => {
    const own = { method, style: method, result: run(loss, method, startOf(s), optionsOf(s)) };
    if (!s.compare) return [own];
    return [{ ...own, result: run(loss, method, unitStart(s), optionsOf(s)), thin: true }, own];
  });
}

// The state in the address, so that a copied link shows the same.
function readAddress() {
  for (const [key, text] of new URLSearchParams(location.hash.slice(1))) {
    if (key === "loss" && LOSSES.has(text)) state.loss = text;
    else if (key === "methods") state.methods = text.split(",").filter((name) => METHODS.has(name));
    else if (key === "compare") state.compare = text === "true";
    else if (typeof state[key] === "number" && Number.isFinite(Number(text))) state[key] = Number(text);
  }
}

const writeAddress = () => history.replaceState(null, "", `#${new URLSearchParams(state)}`);
