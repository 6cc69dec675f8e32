"""Chapter G: scaling symmetries of any function."""
