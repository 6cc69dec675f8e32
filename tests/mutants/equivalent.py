"""Mutants that break no promise, each with the reason: by the file, the line, and the fault.

Where a line and its fault stand in a file more than once, a number says which of them is meant, the first one being 1.

Most change nothing that can be observed; the others move a number by a little where any near it would serve as well.
"""

from __future__ import annotations

from tests.mutants.mutate import Place

EQUIVALENT: dict[Place, str] = {
    (
        "psitheory/checking/theorem.py",
        'return text.split("\\n", 1)[0].strip() or default.replace("_", " ")',
        "1 → 2",
    ): "the first line is the first however often the text is split",
    (
        "psitheory/scaletypes/models/rules.py",
        "return self.combine(of_a, of_b)",
        "self.combine(of_a, of_b) → self.combine(of_b, of_a)",
    ): "a sum of degrees, with the same coefficient for both",
    (
        "psitheory/optimizers/grassmann.py",
        "if part.blocks and part.blocks <= part.size // part.blocks:",
        "part.size // part.blocks → part.size / part.blocks",
    ): "what is compared is a whole number either way: blocks divide their part",
    ("psitheory/runner/code/interpreter.py", "return 2", "return None for 2", 1): (
        "the function is looked at, and never run"
    ),
    (
        "psitheory/scaletypes/equations.py",
        "frame: FrameType | None = sys._getframe(1)",
        "1 → 2",
    ): "the frame that is left out is of a file that is skipped besides",
    (
        "psitheory/scaletypes/optimizers/problem.py",
        'self.trace.demand(d, np.broadcast_to(first, d.shape), what="entries of one row")',
        "self.trace.demand(d, np.broadcast_to(first, d.shape), what='entries of one row') → "
        "self.trace.demand(np.broadcast_to(first, d.shape), d, what='entries of one row')",
    ): "a demand that two degrees be equal is the same the other way round",
    (
        "psitheory/scaletypes/optimizers/types.py",
        "if full and any(value(f, scaling) for f in self.record.kept):",
        "value(f, scaling) → value(scaling, f)",
    ): "a form at a scaling is a sum of products, the same either way round",
    (
        "psitheory/runner/searching/redraw.py",
        "left, right = (np.empty(0), np.empty(0)) if inputs is None else _both(law, inputs)",
        "0 → 1",
        1,
    ): "one entry beside none is broadcast to none",
    (
        "psitheory/runner/searching/redraw.py",
        "left, right = (np.empty(0), np.empty(0)) if inputs is None else _both(law, inputs)",
        "0 → 1",
        2,
    ): "one entry beside none is broadcast to none",
    (
        "psitheory/runner/searching/search.py",
        "self._processor, self._wall = time.process_time() + seconds, now + 10 * seconds",
        "10 → 11",
    ): "how much longer a search may wait than compute is a choice, and eleven times as long is as good a one",
    (
        "psitheory/runner/code/watch.py",
        "return repr(value)[:10_000]  # not its attributes: what an object caches is no change",
        "10000 → 10001",
    ): "how much of a text is compared bounds the cost, and one character more is as good a bound",
    (
        "psitheory/optimizers/library.py",
        '"AdamW": lambda model: adamw(0.011, decay=0.17, eps=_EPS),',
        "0.011 → 0.022",
    ): "constants of many digits that no other has: this one is such, too",
    (
        "psitheory/scaletypes/models/algebra.py",
        "for _ in range(1000):",
        "1000 → 1001",
    ): "a chain that is longer than a thousand demands is given up, as one that is longer by one may be",
    (
        "psitheory/scaletypes/torch/operations.py",
        "x, y, z = (c.typed(a) for a in c.args[:3])",
        "3 → 4",
    ): "a fourth argument is given by its name only",
    (
        "psitheory/scaletypes/models/torch/probing.py",
        "total = [m.rules.combine(a, m.rules.times(ids, k)) for a, k in zip(total, factors, strict=False)]",
        "m.rules.combine(a, m.rules.times(ids, k)) → m.rules.combine(m.rules.times(ids, k), a)",
    ): "a sum of degrees, with the same coefficient for both",
    (
        "psitheory/geometry/psi.py",
        "or not type(w) is type(x) is type(other) is np.ndarray",
        "type(w) is type(x) is type(other) is np.ndarray → type(w) is type(x) is type(other) is not np.ndarray",
    ): "a short cut, which is then never taken: the long way gives the same",
    (
        "psitheory/arithmetic/numbers.py",
        "return squares, (squares < limit) & (squares > 1 / limit)",
        "squares < limit → squares <= limit",
    ): "the limit is far from where squares overflow, and may be used as it is as well as not",
    (
        "psitheory/scaletypes/models/compact.py",
        "forms = kinds > 0",
        "kinds > 0 → kinds >= 0",
    ): "the form of degree zero is empty, and stays so",
    (
        "psitheory/arithmetic/formal/namespace.py",
        "if isinstance(a, (Scalar, Vector)) and isinstance(b, (Scalar, Vector)):",
        "isinstance(a, (Scalar, Vector)) and isinstance(b, (Scalar, Vector)) → "
        "isinstance(a, (Scalar, Vector)) or isinstance(b, (Scalar, Vector))",
    ): "an element and what is none are not one, whichever of the two ways it is told",
    (
        "psitheory/rates/whitened.py",
        "mixed = _outer(u, v - kappa / 2 * u)",
        "_outer(u, v - kappa / 2 * u) → _outer(v - kappa / 2 * u, u)",
    ): "the transpose, which is added to it",
    (
        "psitheory/rates/whitened.py",
        "for axis in np.argsort(radius, axis=-1)[:, 1:].T:  # the first is that of the face, with radius 0",
        "-1 → 1",
    ): "the last of two axes",
    (
        "psitheory/optimizers/line_search.py",
        "_BISECTIONS = 50",
        "50 → 51",
    ): "fifty halvings of an angle are as near as the rounding of the slope allows, and one more is as good",
    (
        "psitheory/optimizers/library.py",
        '"clipped GD": lambda model: Clipped(0.11, 0.23),',
        "0.23 → 0.46",
    ): "constants of many digits that no other has: this one is such, too",
    (
        "psitheory/runner/counterfeits/planted.py",
        "self._passed += 1",
        "1 → 2",
    ): "a count is a power of two if and only if its double is",
    (
        "psitheory/scaletypes/optimizers/types.py",
        "if system.vanishes({first: Fraction(1)}):",
        "1 → 2",
    ): "a form vanishes if and only if its double does",
    (
        "psitheory/arithmetic/formal/namespace.py",
        "self._note_parts(x, y)",
        "self._note_parts(x, y) → self._note_parts(y, x)",
    ): "two vectors whose product is taken are of one sort, whichever of them is counted",
    (
        "psitheory/runner/counterfeits/checked.py",
        "domains: Mapping[str, Any], kind: str, run: Run, effort: Effort, seed: int, *, large: bool = False",
        "False → True",
    ): "a case of high dimension shrinks to the same low one",
    (
        "psitheory/scaletypes/models/levels.py",
        "labels[i] = seen.setdefault(float(-1 - i), len(seen))",
        "1 → 2",
    ): "a key of its own for each, which no random number is",
    (
        "psitheory/scaletypes/models/torch/memory.py",
        "if n == 1 or s == 0:",
        "n == 1 → n != 1",
    ): "a short cut, which is then never taken: the long way gives the same",
    (
        "psitheory/scaletypes/models/torch/without_constants.py",
        "small = (call[eps] or torch.finfo(call.first.dtype).eps) * SHRINK",
        "call[eps] or torch.finfo(call.first.dtype).eps → call[eps] and torch.finfo(call.first.dtype).eps",
    ): "too small to be felt either way: 2^-60 of the eps, or of the rounding",
    ("psitheory/runner/proving/scope.py", "READABLE = 100", "100 → 101"): "how much of a text is shown is a choice",
    (
        "psitheory/scaletypes/models/parameters.py",
        "rules.equal(rules.combine(block.out, block.into, 1, -1), rules.combine(out, into, 1, -1), what)",
        "rules.equal(rules.combine(block.out, block.into, 1, -1), rules.combine(out, into, 1, -1), what) → "
        "rules.equal(rules.combine(out, into, 1, -1), rules.combine(block.out, block.into, 1, -1), what)",
    ): "a demand that two degrees be equal is the same the other way round",
    (
        "psitheory/geometry/psi.py",
        "or not type(w) is type(x) is type(other) is np.ndarray",
        "not type(w) is type(x) is type(other) is np.ndarray → type(w) is type(x) is type(other) is np.ndarray",
    ): "a short cut, which is then never taken: the long way gives the same, and squares of other arrays are not known",
    (
        "psitheory/runner/judging/by_controls.py",
        "NEARBY = (2.0**-52, 2.0**-46, 2.0**-40, 2.0**-33, 2.0**-26)",
        "33 → 34",
    ): "how far one looks for other roundings is a choice of five, and half as far is as good a one",
    (
        "psitheory/runner/code/interpreter.py",
        "(_by_statement, 0, 1),",
        "1 → 2",
    ): "any other number than zero is as true",
    ("psitheory/scaletypes/optimizers/problem.py", "MOST = 60", "60 → 61"): "a run that stands still ends a step later",
    (
        "psitheory/scaletypes/models/rules.py",
        "self.equal(a, b, what)",
        "self.equal(a, b, what) → self.equal(b, a, what)",
    ): "equal degrees are equal either way round",
    (
        "psitheory/arithmetic/formal/field.py",
        "LARGEST = 5000",
        "5000 → 5001",
    ): "a limit far from every use, by one term",
    (
        "psitheory/layout/checks.py",
        "return layout.ordinary_squares(w) is not None and (not layout.p or is_known_finite(layout.free_part(w)))",
        "not layout.p or is_known_finite(layout.free_part(w)) → not layout.p and is_known_finite(layout.free_part(w))",
    ): "the slower way, which it then takes, finds the same",
    (
        "psitheory/scaletypes/jax/optimizers.py",
        "self._as_number = True",
        "drop self._as_number = True",
    ): "what cannot be traced is tried once more each time, in vain",
    (
        "psitheory/scaletypes/torch/operations.py",
        'if c.name in ("norm", "linalg_vector_norm") and c.get(1, "ord", 2) == 0:',
        "2 → 3",
    ): "an order that is not given is not 0",
    (
        "psitheory/scaletypes/models/torch/attention.py",
        'mask = c.get("attn_mask", "attn_bias")',
        "c.get('attn_mask', 'attn_bias') → c.get('attn_bias', 'attn_mask')",
        1,
    ): "an operation has a mask by one of the names alone",
    (
        "psitheory/scaletypes/models/items.py",
        "SMALL = 1e-2",
        "0.01 → 0.02",
    ): "no constant of a layer lies between them, and runs decide",
    (
        "psitheory/runner/searching/redraw.py",
        "for bits in (0, 1, 2, 4, 6, 8, 12, 16):",
        "8 → 9",
    ): "the case that is shown is rounded to one bit more",
    (
        "psitheory/scaletypes/jax/evaluate.py",
        'return lambda p, x: function(x, axis=tuple(p["axes"]))',
        "return None for lambda p, x: function(x, axis=tuple(p['axes']))",
    ): "what NumPy does not compute, JAX does",
    (
        "psitheory/optimizers/library.py",
        '"RMSprop": lambda model: RMSprop(0.011, eps=_EPS, **_DECAYS),',
        "0.011 → 0.022",
    ): "a rate like any other, in a table of what holds for all",
    (
        "psitheory/scaletypes/solver.py",
        "elif len(form) == 2 and form[0][1] == -form[1][1]:",
        "0 → 1",
    ): "a short cut, which is then never taken: a difference is a form like any other",
    (
        "psitheory/runner/searching/redraw.py",
        "return True",
        "True → False",
    ): "a short cut, which is then never taken: a case that claims nothing is judged, and does not fail",
    (
        "psitheory/runner/searching/climb.py",
        "if spans.size < MANY or abs(climb.best[0] - 1) > GAIN:  "
        "# a slope that leads to 1 leads to where the bound is met",
        "climb.best[0] - 1 → climb.best[0] + 1",
    ): "a climb that could end goes on, and finds no less",
    (
        "psitheory/scaletypes/models/parameters.py",
        "entries, out, into = (np.asarray(a)[rows if len(a) > 1 else [0]] for a in (entries, out, into))",
        "drop entries, out, into = (np.asarray(a)[rows if len(a) > 1 else [0]] for a in (entries, out, into))",
    ): "rows that were not read ask for nothing, whether they are left out or not",
    (
        "psitheory/runner/code/interpreter.py",
        "return 1",
        "1 → 2",
        1,
    ): "which lines run is looked at, and not what is returned",
    (
        "psitheory/optimizers/library.py",
        '"Nesterov": lambda model: Nesterov(0.11, 0.9, **_DECAYS),',
        "0.11 → 0.22",
    ): "a rate like any other, in a table of what holds for all",
    (
        "psitheory/geometry/ragged.py",
        "return np.asarray(layout.scale(t / r, x) - turned)",
        "return None for np.asarray(layout.scale(t / r, x) - turned)",
    ): "a short cut, which is then never taken: the long way gives the same",
    (
        "psitheory/arithmetic/objects.py",
        "return self.either(x, y) if condition is None else (x if condition else y)",
        "self.either(x, y) → self.either(y, x)",
    ): "a hull is the same the other way round",
    (
        "psitheory/scaletypes/rules.py",
        'self.trace.demand(da[both], db[both], Kind.HARD, "angle")',
        "self.trace.demand(da[both], db[both], Kind.HARD, 'angle') → "
        "self.trace.demand(db[both], da[both], Kind.HARD, 'angle')",
    ): "a demand that two degrees be equal is the same the other way round",
    (
        "psitheory/scaletypes/torch/along.py",
        "first = x >= limit if largest else x <= limit",
        "x >= limit → x > limit",
    ): "of two that are the same number either may be taken",
    (
        "psitheory/scaletypes/models/levels.py",
        "lines = np.moveaxis(ids, axis, -1).reshape(-1, ids.shape[axis])",
        "1 → 2",
        2,
    ): "NumPy takes any negative size for the one that is left open",
    (
        "psitheory/scaletypes/models/torch/elementwise.py",
        "return m.rules.join(m.ids(c.args[0]), m.ids(c.args[1]), said(m, c))",
        "m.rules.join(m.ids(c.args[0]), m.ids(c.args[1]), said(m, c)) → "
        "m.rules.join(m.ids(c.args[1]), m.ids(c.args[0]), said(m, c))",
        1,
    ): "degrees that are demanded to be equal, of which either may be taken",
    (
        "psitheory/runner/code/interpreter.py",
        "return [k + 1 if k else 2 for k in (x,)]",
        "k + 1 if k else 2 → k + 1 if not k else 2",
    ): "which lines run is looked at, and not what is returned",
    (
        "psitheory/optimizers/bnp.py",
        "if inputs.ndim == runs + 2:",
        "2 → 3",
    ): "a short cut, which is then never taken: of inputs without positions the long way leaves all as it is",
    (
        "psitheory/scaletypes/models/parameters.py",
        "return self._agree_everywhere(block, out, into, what)",
        "return None for self._agree_everywhere(block, out, into, what)",
    ): "what a weight is asked for twice is then read entry by entry, which leaves the same free",
    (
        "psitheory/layout/layout.py",
        "table = np.empty((*of_blocks.shape[:-1], self.m + 1), of_blocks.dtype)",
        "1 → 2",
        2,
    ): "one column more, from which nothing is taken",
}
