// The controls: each slider names a number of the state and says in words what it means.

const turn = (x) => `${Math.round(x)}°`.replace("-", "−");

const SAYS = {
  angle: turn, longitude: turn, latitude: turn, azimuth: turn, elevation: turn,
  scale: (x) => `‖w₀‖ = ${shown(2 ** x)}`,
  rate: (x) => `η = ${shown(10 ** x)}, where 2/L = ${shown(2 / lossOf(state).smoothness)}`,
  decay: (x) => (x <= NO_DECAY ? "none" : `λ = ${shown(10 ** x)}`),
  momentum: (x) => `β = ${shown(x)}`,
  steps: (x) => `T = ${x}`,
  shown: (x) => `t = ${x} of ${state.steps}`,
};

const slider = (name) => document.getElementById(name);

function showControls() {
  slider("shown").max = state.steps;
  state.shown = Math.min(state.shown, state.steps);
  for (const [name, say] of Object.entries(SAYS)) {
    slider(name).value = state[name];
    slider(name).setAttribute("aria-valuetext", say(state[name]));
    document.getElementById(`${name}-value`).textContent = say(state[name]);
  }
  slider("loss").value = state.loss;
  slider("compare").checked = state.compare;
  for (const name of METHODS.keys()) slider(`method-${name}`).checked = state.methods.includes(name);
  document.body.dataset.size = lossOf(state).size;
  slider("formula").textContent = `f(w) = ${lossOf(state).formula}`;
}

function fillChoices() {
  slider("loss").append(...[...LOSSES.values()].map(({ name, title }) => html("option", { value: name }, title)));
  for (const method of METHODS.values()) {
    const box = html("input", { type: "checkbox", id: `method-${method.name}`, value: method.name });
    const sample = element("svg", { viewBox: "0 -8 36 16", class: "sample", "aria-hidden": "true" });
    sample.append(...cased([[2, 0], [34, 0]], { ...method }), mark([18, 0], method, 5));
    const without = method.without ? html("small", {}, `no ${method.without}`) : "";
    slider("methods").append(html("label", {}, box, sample, method.title, without));
  }
}

// change(name) is called after every change of the state.
function listen(change) {
  for (const name of Object.keys(SAYS)) {
    slider(name).addEventListener("input", ({ target }) => {
      state[name] = Number(target.value);
      if (name === "steps") state.shown = state.steps;
      change(name);
    });
  }
  slider("loss").addEventListener("change", ({ target }) => {
    state.loss = target.value;
    change("loss");
  });
  slider("compare").addEventListener("change", ({ target }) => {
    state.compare = target.checked;
    change("compare");
  });
  slider("methods").addEventListener("change", () => {
    state.methods = [...METHODS.keys()].filter((name) => slider(`method-${name}`).checked);
    change("methods");
  });
  slider("reset").addEventListener("click", () => {
    Object.assign(state, AT_FIRST, { methods: [...AT_FIRST.methods] });
    change("reset");
  });
}
