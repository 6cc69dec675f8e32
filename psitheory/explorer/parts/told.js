// What is seen, in words and numbers.

const minimumName = (loss, k) => {
  const { at, loss: value } = loss.minima[k];
  const where = loss.size === 2 ? `θ = ${turn(Math.atan2(at[1], at[0]) / DEGREE)}` : `(${at.map((x) => shown(Number(x.toFixed(2)))).join(", ")})`;
  return `minimum ${k + 1} (${where}, f = ${shown(value)})`;
};

function standing(loss, { result }, t) {
  const last = Math.min(t, result.points.length - 1);
  const { minimum, settled } = arrival(loss, result, last);
  const rate = result.rate.slice(0, last).findLast((x) => x !== null) ?? null;
  const broken = result.broken && last === result.points.length - 1;
  return { last, minimum, settled, broken, w: result.points[last], loss: result.loss[last], norm: result.norm[last], rate };
}

function place(loss, { broken, settled, minimum }) {
  if (broken) return "not a number from here on";
  return settled ? `at minimum ${minimum + 1}` : `nearest to minimum ${minimum + 1}, not settled`;
}

function row(loss, item, twin, t) {
  const at = standing(loss, item, t);
  const apart = twin ? shown(angleBetween(at.w, standing(loss, twin, t).w)) : "–";
  const numbers = [item.result.norm[0], at.loss, at.norm, at.rate].map(shown);
  const cells = [...numbers, place(loss, at), apart].map((text) => html("td", {}, text));
  return html("tr", {}, html("th", { scope: "row" }, item.method.title), ...cells);
}

// Pairs of a run and the one from the unit representative, if there is one.
const pairs = (runs) => runs.filter(({ thin }) => !thin).map((own) => [own, runs.find((r) => r.thin && r.method === own.method)]);

function fillTable(body, loss, runs, t) {
  const rows = pairs(runs).flatMap(([own, twin]) => [row(loss, own, twin, t), ...(twin ? [row(loss, twin, null, t)] : [])]);
  body.replaceChildren(...rows);
}

function compared(loss, own, twin, t) {
  const [here, there] = [standing(loss, own, t), standing(loss, twin, t)];
  if (!here.settled || !there.settled) return `from its unit representative it is ${place(loss, there)}`;
  return here.minimum === there.minimum ? "so it is from its unit representative" : `from its unit representative it is at minimum ${there.minimum + 1}`;
}

function summary(loss, runs, t) {
  if (!runs.length) return "No method is chosen.";
  const sentences = pairs(runs).map(([own, twin]) => {
    const at = `${own.method.title} is ${place(loss, standing(loss, own, t))}`;
    return twin ? `${at}; ${compared(loss, own, twin, t)}.` : `${at}.`;
  });
  return `After ${t} steps from ‖w₀‖ = ${shown(2 ** state.scale)}: ${sentences.join(" ")}`;
}

const minimaInWords = (loss) => loss.minima.map((_, k) => minimumName(loss, k)).join("; ");
