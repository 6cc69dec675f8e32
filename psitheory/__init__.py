"""psitheory: check the theory of scale-invariant optimisation on running code, and learn its geometry."""
