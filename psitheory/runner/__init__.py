"""The one driver of Hypothesis and of the arithmetics: law → evidence, within a budget, replayable."""

from psitheory.runner.counterfeits.made import made_counterfeits
from psitheory.runner.domain import Domain, as_domain, kinds_of, not_offered
from psitheory.runner.effort import EFFORTS
from psitheory.runner.judging.guard import CannotRun
from psitheory.runner.proving.in_formal import prove_formally
from psitheory.runner.run import check_law, check_theorem, claim_report, replay, unfinished

__all__ = [
    "EFFORTS",
    "CannotRun",
    "Domain",
    "as_domain",
    "check_law",
    "check_theorem",
    "claim_report",
    "kinds_of",
    "made_counterfeits",
    "not_offered",
    "prove_formally",
    "replay",
    "unfinished",
]
