"""What the docs show works when it is copied."""

import ast
import re
import runpy
import tomllib
from pathlib import Path

import numpy as np
import pytest

from psitheory import verify
from psitheory.checking import Verdict
from psitheory.registry import library
from psitheory.sweeps import Sweep, phase_diagram, sweep

DOCS = Path(__file__).parents[1] / "docs"
TEMPLATE = Path(__file__).parents[1] / "psitheory" / "commands" / "template_theorem.py"


def test_the_template_holds():
    assert verify(str(TEMPLATE), workers=1).verdict is Verdict.HOLDS


WRITTEN = re.findall(r"```python\n(.*?)```", (DOCS / "write_a_theorem.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("code", WRITTEN, ids=range(1, 1 + len(WRITTEN)))
def test_the_theorems_that_the_docs_write_hold(tmp_path, code):
    (tmp_path / "mine.py").write_text(code, encoding="utf-8")
    assert verify(str(tmp_path / "mine.py"), workers=1).verdict is Verdict.HOLDS


def test_a_false_theorem_made_from_the_template_gets_a_small_witness(tmp_path):
    text = TEMPLATE.read_text(encoding="utf-8")
    false = text.replace(
        "gradient = psi.gradient(w, model.evaluate(w).gradient)", "gradient = model.evaluate(w).gradient"
    )
    (tmp_path / "false.py").write_text(false, encoding="utf-8")
    law = verify(str(tmp_path / "false.py"), workers=1).claims[0].laws[0]
    assert law.verdict is Verdict.REFUTED
    witness = next(e.witness for e in law.evidence if e.kind == "rationals")
    assert witness.shown["w"].count(",") == 1  # dimension 2


MADE = ("built/", "theorems/", "reference/")
"""What the build of the documentation makes, and checks."""


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        if target.startswith(MADE):
            continue
        assert (DOCS / target).exists() or (DOCS / f"{target}.md").exists(), target


def blocks_of(*pages):
    """Return the Python blocks of pages, numbered."""
    texts = {page: (DOCS / page).read_text(encoding="utf-8") for page in pages}
    codes = {page: re.findall(r"```python\n(.*?)```", text, re.DOTALL) for page, text in texts.items()}
    return [pytest.param(code, id=f"{page}-{i}") for page in pages for i, code in enumerate(codes[page], 1)]


PAGES = ("check_your_own.md", "scale_types.md", "measure.md", "figures.md", "how_checks_can_mislead.md", "sweep.md")


@pytest.mark.parametrize("code", blocks_of(*PAGES))
def test_the_examples_run(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "example", "exec"), {"__name__": "example"})


GALLERY = sorted((DOCS / "gallery").glob("*.py"))


@pytest.mark.parametrize("script", GALLERY, ids=lambda p: p.stem)
def test_a_script_of_the_gallery_asks_a_question_and_closes_with_an_assertion(script):
    tree = ast.parse(script.read_text(encoding="utf-8"))
    title = (ast.get_docstring(tree) or "").splitlines()[0]
    assert title.endswith("?")
    assert isinstance(tree.body[-1], ast.Assert)
    drawn = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in ("figure", "animation")]
    assert drawn


@pytest.mark.parametrize("name", ["the_arctan_law", "rays_and_horizontal_lines", "descent_on_the_sphere"])
def test_quick_scripts_of_the_gallery_run(name):
    assert runpy.run_path(str(DOCS / "gallery" / f"{name}.py"))["figure"].caption


def test_the_sweep_of_the_docs_runs(tmp_path):
    text = (DOCS / "sweep.md").read_text(encoding="utf-8")
    spec = (DOCS / "sweep.toml").read_text(encoding="utf-8")
    assert spec.split("\n", 1)[1] in text  # but for its first line, what it asks
    outcome = sweep(DOCS / "sweep.toml", tmp_path / "store")
    assert not outcome.failed
    steps = phase_diagram(tmp_path / "store").arrays["z"]
    np.testing.assert_array_equal(steps[1], np.broadcast_to(steps[1, 0], steps[1].shape))  # stripes, as the page says
    assert not np.array_equal(steps[0], np.broadcast_to(steps[0, 0], steps[0].shape))


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", (DOCS / "sweep.md").read_text("utf-8"), re.DOTALL))
def test_the_specs_of_the_docs_can_be_read(block):
    settings = {"model": "circle", "steps": 1} | tomllib.loads(block)
    assert Sweep.of(**settings).cells > 1


def test_the_start_page_leads_to_every_page():
    listed = set(re.findall(r"^([a-z_]+)$", (DOCS / "index.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert {page.stem for page in DOCS.glob("*.md")} - {"index"} <= listed


def test_the_verdict_table_of_the_readme_names_claims_as_the_library_does():
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z]\d+) \| (.*?) \| HOLDS \|", readme, re.MULTILINE)
    titles = {entry.theorem.id: entry.theorem.title for entry in library()}
    assert len(rows) >= 5
    assert dict(rows).items() <= titles.items()
