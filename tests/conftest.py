"""Settings for all tests: Hypothesis profiles, and one BLAS thread."""

from __future__ import annotations

import os

from hypothesis import settings

from psitheory.verification import ONE_THREAD

os.environ.update(ONE_THREAD)

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.register_profile("deep", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))
