"""Chapter C: rates of convergence."""

SMOOTH_NETWORKS = (
    "for batch norm: a smooth activation (with ReLU there is no L) and a centred batch covariance of full rank"
)
"""What it takes that L exists; an assumption of each rate."""
