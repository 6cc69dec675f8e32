"""Typed runs of our own init/step pairs and of NumPy functions: degrees ride on the entries of object arrays."""

from psitheory.scaletypes.pairs.run import CARRIED, FunctionRuns, PairRuns, scaled

__all__ = ["CARRIED", "FunctionRuns", "PairRuns", "scaled"]
