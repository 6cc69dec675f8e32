"""Chapter I: newer work on scale-invariant training."""
