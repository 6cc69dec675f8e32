"""Chapter F: conditioning, and batch normalisation as a preconditioner."""
