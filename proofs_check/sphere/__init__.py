"""Chapter E: SGD and Adam seen on the sphere."""
