"""Verdicts, observations, laws, theorems and reports: knows nothing of any domain, draws nothing, prints nothing."""

from psitheory.checking.evidence import Evidence, Witness
from psitheory.checking.exhibit import Exhibit
from psitheory.checking.families import LawFamily
from psitheory.checking.observation import Interval, Observation, at_most, equal, vacuous
from psitheory.checking.report import ClaimReport, CounterfeitReport, LawReport, Report
from psitheory.checking.theorem import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    KINDS,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    Counterfeit,
    Law,
    Source,
    Theorem,
    law,
    theorem,
)
from psitheory.checking.verdict import Grade, Verdict

__all__ = [
    "BALLS",
    "CONTROLS",
    "FLOATS",
    "FORMAL",
    "KINDS",
    "POWERS_OF_TWO",
    "RATIONALS",
    "SYMBOLS",
    "ClaimReport",
    "Counterfeit",
    "CounterfeitReport",
    "Evidence",
    "Exhibit",
    "Grade",
    "Interval",
    "Law",
    "LawFamily",
    "LawReport",
    "Observation",
    "Report",
    "Source",
    "Theorem",
    "Verdict",
    "Witness",
    "at_most",
    "equal",
    "law",
    "theorem",
    "vacuous",
]
