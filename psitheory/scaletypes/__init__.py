"""Degrees of numbers under rescaled weights, derived from running code: dimensional analysis of programs.

The core (:mod:`degrees`, :mod:`equations`, :mod:`solver`) knows neither a domain nor an array library; interpreters of
PyTorch, JAX and NumPy stand on it and are loaded on demand.
"""
