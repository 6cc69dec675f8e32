"""What the server of workers imports before it makes any."""

import threadpoolctl  # noqa: F401

import psitheory.runner
import psitheory.strategies  # noqa: F401
