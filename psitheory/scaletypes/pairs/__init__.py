"""Typed runs of our own init/step pairs: the degrees ride on the entries of object arrays."""

from psitheory.scaletypes.pairs.run import PairRuns, scaled

__all__ = ["PairRuns", "scaled"]
