// Whatever changes, runs are run anew where they must be, and everything is drawn from the state.

const part = (id) => document.getElementById(id);
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const DRAWN_ONLY = ["shown", "azimuth", "elevation"];

const current = { runs: [], range: null, of: null, drawing: null, shaded: null, playing: null };

function calculate() {
  const loss = lossOf(state);
  if (current.of !== loss) Object.assign(current, { of: loss, range: rangeOf(loss), shaded: null });
  current.runs = runsOf(state);
}

function drawWeights(loss) {
  const [svg, start] = [part("weights"), startOf(state)];
  const shown = [current.range, current.runs, state.shown, start];
  if (loss.size === 2) return drawPlane(svg, freshCanvas("plane"), loss, ...shown);
  const view = { azimuth: state.azimuth * DEGREE, elevation: state.elevation * DEGREE };
  return drawSphere(svg, freshCanvas(`${state.azimuth} ${state.elevation}`), loss, ...shown, view);
}

// The canvas, or null where its shades are those already.
function freshCanvas(key) {
  const wanted = `${state.loss} ${key}`;
  if (current.shaded === wanted) return null;
  current.shaded = wanted;
  return part("shades");
}

const CHARTS = { loss: [(r) => r.loss, false], norm: [(r) => r.norm, true], effective: [(r) => r.rate, true] };

function draw() {
  const loss = lossOf(state);
  showControls();
  current.drawing = drawWeights(loss);
  if (loss.size === 2) drawCircle(part("unrolled"), loss, current.range, current.runs, state.shown);
  for (const [id, [values, logarithmic]] of Object.entries(CHARTS)) {
    const curves = current.runs.map(({ style, result, thin }) => ({ style, thin, values: values(result) }));
    drawChart(part(`${id}-chart`), curves, state.shown, state.steps, logarithmic);
  }
  fillTable(part("standings"), loss, current.runs, state.shown);
  part("minima").textContent = `Local minima: ${minimaInWords(loss)}.`;
  writeAddress();
}

let speaking = null;
function speak() {
  clearTimeout(speaking); // a slider that moves is not talked over
  speaking = setTimeout(() => {
    part("status").textContent = summary(lossOf(state), current.runs, state.shown);
  }, 150);
}

function change(name) {
  if (name !== "shown") stop();
  if (!DRAWN_ONLY.includes(name)) calculate();
  draw();
  speak();
}

function stop() {
  cancelAnimationFrame(current.playing);
  current.playing = null;
  part("play").textContent = "Play";
}

// Six seconds from the start to the end; at once where motion is not wanted.
function play() {
  if (current.playing !== null) return stop();
  if (still.matches) state.shown = state.steps;
  if (still.matches) return change("shown");
  const begun = performance.now();
  part("play").textContent = "Stop";
  function frame(now) {
    const share = Math.max(0, Math.min((now - begun) / 6000, 1));
    state.shown = Math.round(share * state.steps);
    draw();
    if (share < 1) current.playing = requestAnimationFrame(frame);
    else change("ended");
  }
  current.playing = requestAnimationFrame(frame);
}

readAddress();
fillChoices();
listen(change);
listenToDrags(part("weights"), () => current.drawing, change);
part("play").addEventListener("click", play);
change("begin");
window.psitheory = { state, LOSSES, METHODS, run, runsOf, current };
