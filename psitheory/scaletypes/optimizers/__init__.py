"""What the equations of a typed run of an optimiser say: exponents, levels, breaks."""
