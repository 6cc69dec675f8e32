// The start is dragged by its mark; on the sphere, a drag elsewhere turns what is seen. Sliders do the same.

function position(svg, event) {
  const box = svg.getBoundingClientRect();
  return [((event.clientX - box.left) / box.width - 0.5) * 2 * HALF, ((event.clientY - box.top) / box.height - 0.5) * 2 * HALF];
}

const within = (low, x, high) => Math.max(low, Math.min(high, x));
const around = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
const bounded = (name, x) => within(Number(slider(name).min), x, Number(slider(name).max));

// drawing() is what the last drawing returned: how places become angles and norms.
function listenToDrags(svg, drawing, change) {
  let moves = null;
  let scaleAtFirst = null;
  svg.addEventListener("pointerdown", (event) => {
    const onStart = event.target.closest(".start");
    if (!onStart && !document.body.matches("[data-size='3']")) return;
    svg.setPointerCapture(event.pointerId);
    moves = onStart ? moveStart : turnView;
    scaleAtFirst = drawing(); // the scale of the drawing stays what it was when the drag began
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => {
    if (!moves) return;
    moves(event);
    change("drag");
  });
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => { moves = null; });

  function moveStart(event) {
    const at = position(svg, event);
    for (const [name, value] of Object.entries(scaleAtFirst.toAngles(at) ?? {})) state[name] = around(Math.round(value / DEGREE));
    const size = scaleAtFirst.toNorm?.(at);
    if (size) state.scale = bounded("scale", Math.round(20 * Math.log2(size)) / 20);
  }
  function turnView(event) {
    const degrees = 180 / svg.getBoundingClientRect().width;
    state.azimuth = around(state.azimuth - event.movementX * degrees);
    state.elevation = bounded("elevation", state.elevation + event.movementY * degrees);
  }
}
