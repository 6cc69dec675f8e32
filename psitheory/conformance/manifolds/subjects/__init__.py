"""Somebody's manifold as the laws see it: what it is, what it offers, its points and vectors as arrays."""
