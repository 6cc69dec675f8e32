"""Chapter J: what the quotient adds to smoothness."""

JOINT = "L bounds the largest eigenvalue of the joint Hessian of f at simultaneously unit blocks"
"""The constant of this chapter; an assumption of each claim."""
