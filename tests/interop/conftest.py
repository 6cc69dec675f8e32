"""These tests need torch and jax, which the test extra does not bring: they run when this folder is named."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    named = (config.invocation_params.dir / str(arg).split("::")[0] for arg in config.args)
    return None if any(path.resolve().is_relative_to(HERE) for path in named) else True
