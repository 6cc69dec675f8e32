"""Runs from equivalent starts side by side: near scale 1, at its ends, and what rounding explains."""
