"""What the page on other libraries shows works when it is copied."""

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("jax")
pytest.importorskip("pymanopt")
pytest.importorskip("geoopt")

PAGE = Path(__file__).parents[2] / "docs" / "other_libraries.md"


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
def test_the_examples_run(code):
    exec(compile(code, PAGE.name, "exec"), {"__name__": "example"})
