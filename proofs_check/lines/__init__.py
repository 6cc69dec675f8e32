"""Chapter D: lines through the origin, SGD-G and Adam-G."""
