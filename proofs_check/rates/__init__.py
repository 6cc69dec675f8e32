"""Chapter C: rates of convergence."""
