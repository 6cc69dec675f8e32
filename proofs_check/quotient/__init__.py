"""Chapter A: the quotient, its metric, gradients, retractions."""
