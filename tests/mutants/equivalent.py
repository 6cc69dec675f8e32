"""Mutants that change nothing that can be observed, each with the reason: by the file, the line, and the fault."""

EQUIVALENT: dict[tuple[str, str, str], str] = {
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
    ("psitheory/runner/interpreter.py", "return 2", "return None for 2"): "the function is looked at, and never run",
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
}
