"""The parts of :func:`psitheory.conformance.check_optimizer`: runs, their comparison, and what follows from it."""
