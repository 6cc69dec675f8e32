"""What a newcomer meets: the README's commands and its theorem, a light import, complete extras."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import psitheory
from psitheory.checking import SYMBOLS, Verdict

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

HEAVY = {
    "numba",
    "hypothesis",
    "sympy",
    "flint",
    "matplotlib",
    "scipy",
    "sklearn",
    "torch",
    "jax",
    "rich",
    "typer",
    "jinja2",
}


def test_import_loads_nothing_heavy():
    code = "import sys; before = set(sys.modules); import psitheory; print(*(set(sys.modules) - before))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    roots = {name.split(".")[0] for name in loaded}
    assert not roots & HEAVY
    assert not roots - set(sys.stdlib_module_names) - {"psitheory"}


def test_the_public_modules_load_neither_symbols_nor_plots():
    code = (
        "import sys, psitheory.geometry, psitheory.models, psitheory.optimizers, psitheory.experiments;"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not set(loaded) & {"numba", "hypothesis", "sympy", "flint", "matplotlib", "sklearn"}


def test_every_public_name_is_there():
    for name in psitheory.__all__:
        assert getattr(psitheory, name) is not None
        assert name in dir(psitheory)
    with pytest.raises(AttributeError, match=r"module 'psitheory' has no attribute 'nonsense'"):
        _ = psitheory.nonsense


def test_type_checkers_see_the_names_that_are_imported_late():
    tree = ast.parse((ROOT / "psitheory" / "__init__.py").read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {(line.module, alias.name) for line in guarded.body for alias in line.names}
    assert seen == {(home, name) for name, home in psitheory._HOME.items()}


def test_verify_is_the_function_whatever_was_imported_before():
    code = "import psitheory.verification, psitheory.cli; import psitheory; print(callable(psitheory.verify))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


def test_the_first_line_that_verifies_is_the_whole_command():
    first = next(line for line in README.splitlines() if "psitheory verify" in line)
    assert first == "python -m pip install . && psitheory verify"


def test_the_tests_are_run_by_one_command():
    first = next(line for line in README.splitlines() if "pytest" in line)
    assert first == "python -m pip install -e '.[test]' && python -m pytest -n auto"
    assert "grep -m1 -- '-m pytest' README.md" in (ROOT / ".ci" / "run").read_text()


def test_all_extras_together_pull_in_neither_torch_nor_jax():
    extras = PROJECT["optional-dependencies"]
    inside = set(re.fullmatch(r"psitheory\[(.*)\]", extras["all"][0]).group(1).split(","))
    assert inside == set(extras) - {"all", "torch", "jax"}
    assert len(extras["all"]) == 1
    wanted = " ".join(item for name in inside for item in extras[name])
    assert not re.search(r"\b(torch|jax|geoopt|optax)\b", wanted)


def test_the_version_has_one_home():
    assert "version" in PROJECT["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", psitheory.__version__)


@pytest.fixture
def my_theorem(tmp_path):
    block = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "@T1.law" in block)
    path = tmp_path / "my_theorem.py"
    path.write_text(block)
    return path


def test_the_theorem_of_the_readme_holds(my_theorem):
    (claim,) = psitheory.verify(my_theorem).claims
    assert claim.verdict is Verdict.HOLDS
    assert claim.refuted_counterfeits == (1, 1)


def test_the_theorem_of_the_readme_made_false_is_refuted_by_a_small_witness(my_theorem):
    text = my_theorem.read_text()
    my_theorem.write_text(text.replace("method, scale = PSIGradientDescent", "method, scale = GradientDescent"))
    (claim,) = psitheory.verify(my_theorem).claims
    assert claim.verdict is Verdict.REFUTED
    witness = next(e.witness for e in claim.laws[0].evidence if e.witness is not None and e.kind != SYMBOLS)
    assert set(witness.shown) == {"model", "w", "a", "eta"}
    assert all(len(value) < 200 for value in witness.shown.values())


def test_the_checks_of_the_readme_run(capsys):
    block = next(block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "check_manifold" in block)
    exec(compile(block, "README.md", "exec"), {"__name__": "example"})
    found = capsys.readouterr().out.splitlines()
    assert found[0].startswith("{'W': 'whole', 'v': 'none'")
    assert "'full': 'each neuron'" in found[1]
    assert found[2].startswith("HOLDS  manifold Sphere(d=3)")
