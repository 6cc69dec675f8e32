// Each kind of loss takes its numbers and returns value and gradient at w; none notices the length of w.

const KINDS = {
  // Σ aₖ cos kθ + bₖ sin kθ, by powers of c + is.
  wave({ cosines, sines }) {
    function derivative(u, order) {
      let [cosine, sine, out] = [1, 0, 0];
      cosines.forEach((a, k) => {
        out += order ? k * (sines[k] * cosine - a * sine) : a * cosine + sines[k] * sine;
        [cosine, sine] = [cosine * u[0] - sine * u[1], sine * u[0] + cosine * u[1]];
      });
      return out;
    }
    return {
      value: (w) => derivative(unit(w), 0),
      gradient(w) {
        const u = unit(w);
        return times(derivative(u, 1) / norm(w), [-u[1], u[0]]);
      },
    };
  },

  cosine({ direction }) {
    const z = unit(direction);
    return {
      value: (w) => -dot(unit(w), z),
      gradient(w) {
        const u = unit(w);
        return times(-1 / norm(w), minus(z, times(dot(u, z), u)));
      },
    };
  },

  rayleigh({ matrix }) {
    const product = (w) => matrix.map((row) => dot(row, w));
    const value = (w) => dot(w, product(w)) / dot(w, w);
    return { value, gradient: (w) => times(2 / dot(w, w), minus(product(w), times(value(w), w))) };
  },

  // mean of (tanh z − y)², z = (h − mean h)/σ, h = Xw.
  neuron({ inputs, targets }) {
    const count = targets.length;
    const mean = (x) => x.reduce((sum, xi) => sum + xi, 0) / count;
    const centres = inputs[0].map((_, j) => mean(inputs.map((row) => row[j])));
    const centred = inputs.map((row) => minus(row, centres));
    function forward(w) {
      const h = centred.map((row) => dot(row, w));
      const sigma = norm(h) / Math.sqrt(count);
      const z = times(1 / sigma, h);
      return { sigma, z, output: z.map(Math.tanh) };
    }
    return {
      value: (w) => mean(forward(w).output.map((a, i) => (a - targets[i]) ** 2)),
      gradient(w) {
        const { sigma, z, output } = forward(w);
        const slope = output.map((a, i) => (2 * (a - targets[i]) * (1 - a * a)) / count);
        const pull = minus(slope, times(dot(slope, z) / count, z));
        return centres.map((_, j) => dot(pull, centred.map((row) => row[j])) / sigma);
      },
    };
  },
};

const LOSSES = new Map(DATA.losses.map((said) => [said.name, { ...said, ...KINDS[said.kind](said.numbers) }]));
