"""Mutants that change nothing that can be observed, each with the reason: by the file and what the fault is."""

EQUIVALENT: dict[tuple[str, str], str] = {}
