"""The laws of a manifold, a model, an update and a rate: plain functions of a subject, which may be ours or yours.

A law takes its subject first and returns an :class:`~psitheory.checking.Observation`; nothing in it
knows the arithmetic it runs in.  :mod:`psitheory.laws.broken` holds a false neighbour for each.
"""
