"""Typed runs of pairs ``(init, update)`` on JAX arrays, by their jaxprs; loaded on demand."""
