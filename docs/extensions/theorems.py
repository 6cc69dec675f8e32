"""A page for each theorem, from its file: statement, proof, evidence, figures, counterfeits with their witnesses."""

import inspect
import json
import re
from html import escape
from pathlib import Path

import numpy as np
from docutils import nodes
from docutils.parsers.rst import roles
from exhibits import escaped

from psitheory import Grade, verify
from psitheory.registry import library, natural

GRADES = tuple(map(str, Grade))
WIDEST = 300
"""A witness that takes more letters than these is cut: it is there to be seen at a glance."""


def write(app):
    if app.config.theorem_evidence == "none":
        return
    folder = Path(app.srcdir) / "theorems"
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    evidence = {claim["id"]: claim for claim in _report(app.config.theorem_evidence)["claims"]}
    chapters = {}
    for entry in library():
        theorem = entry.theorem
        _write(folder / f"{theorem.id}.rst", _page(theorem, evidence.get(theorem.id), folder))
        chapters.setdefault((re.sub(r"\d.*", "", theorem.id), theorem.chapter), []).append(theorem)
    _write(folder / "index.rst", _index(chapters, evidence))


def _report(source):
    """Return the report of a file, or of a verification that is run now."""
    if source != "verify":
        return json.loads(Path(source).read_text(encoding="utf-8"))
    return verify(workers=2).to_dict()


def _index(chapters, evidence):
    parts = [_head("Theorems", "="), "Every claim of the library, as it was verified when this page was built.\n"]
    for (letter, chapter), theorems in sorted(chapters.items(), key=lambda item: natural(item[0][0])):
        parts.append(_head(f"{letter}: {chapter}", "-"))
        rows = [("id", "claim", "verdict", "laws proved", "laws held")]
        for theorem in theorems:
            laws = evidence.get(theorem.id, {"laws": []})["laws"]
            grades = [sum(law["grade"] == grade for law in laws) for grade in GRADES]
            verdict = evidence[theorem.id]["verdict"] if theorem.id in evidence else "not verified"
            rows.append((f":doc:`{theorem.id} <{theorem.id}>`", escaped(theorem.title), verdict, *map(str, grades)))
        parts.append(_table(rows, (8, 56, 16, 10, 10)))
        parts.append(".. toctree::\n   :hidden:\n\n" + "\n".join(f"   {t.id}" for t in theorems) + "\n")
    return "\n".join(parts)


def _page(theorem, claim, folder):
    title = f"{theorem.id}: {theorem.title}"
    parts = [
        f".. _{theorem.id}:\n",
        _head(title, "="),
        _summary(claim),
        f".. math::\n\n   {_line(theorem.statement)}\n",
    ]
    doc = inspect.cleandoc(theorem.doc)
    doc = re.sub(r"^Tags\n-+\n.*?(?=^\S.*\n-{3,}\n|\Z)", "", doc, flags=re.MULTILINE | re.DOTALL)
    parts.append(doc + "\n")
    parts += [_figures(theorem, folder), _laws(theorem, claim), _counterfeits(claim), _reference(theorem)]
    return "\n".join(part for part in parts if part)


def _summary(claim):
    if claim is None:
        return ""
    proved, held = (sum(law["grade"] == grade for law in claim["laws"]) for grade in GRADES)
    command = f"``psitheory verify {claim['id']}``"
    return f"**{claim['verdict']}**: {proved} laws proved, {held} held.  Verify it by {command}.\n"


def _figures(theorem, folder):
    if not theorem.exhibits:
        return ""
    parts = [_head("Figures", "-")]
    for make in theorem.exhibits:
        exhibit, name = make(np.random.default_rng(0)), f"{theorem.id}-{make.__name__}.svg"
        exhibit.save(folder / "figures" / name)
        parts.append(
            f".. figure:: figures/{name}\n   :alt: {_line(exhibit.title)}\n\n   {escaped(_line(exhibit.caption))}\n"
        )
    return "\n".join(parts)


def _laws(theorem, claim):
    if claim is None:
        return ""
    rows = [("law", "verdict", "how far")]
    for law in claim["laws"]:
        word = "PROVED" if law["grade"] == GRADES[0] else "HELD" if law["grade"] else law["verdict"]
        rows.append((f":name:`{law['name']}`: {escaped(law['says'])}", word, escaped(law["scope"] or law["note"])))
    return _head("Evidence", "-") + "\n" + _table(rows, (50, 14, 36))


def _counterfeits(claim):
    if claim is None:
        return ""
    rows = [("false neighbour", "verdict", "smallest input that refutes it", "its two sides")]
    for law in claim["laws"]:
        for false in law["counterfeits"]:
            witness = false["witness"]
            shown = "; ".join(f"{k} = {v}" for k, v in witness["shown"].items()) if witness else false["note"]
            sides = f"{_cut(witness['left'])} against {_cut(witness['right'])}" if witness else ""
            rows.append(
                (
                    f":name:`{false['name']}`: {escaped(false['says'])}",
                    false["verdict"],
                    escaped(_cut(shown)),
                    escaped(sides),
                )
            )
    text = "Each law is seen to fail on what it is easily mistaken for.\n"
    return f"{_head('Counterfeits', '-')}\n{text}\n{_table(rows, (38, 14, 26, 22))}"


def _reference(theorem):
    if theorem.source is None:
        return ""
    key = theorem.source.key
    return f"{_head('Reference', '-')}\n:ref:`{key} <source-{key}>`: {escaped(theorem.source.text)}.\n"


def _table(rows, widths):
    lines = [
        ".. list-table::",
        "   :class: evidence",
        "   :header-rows: 1",
        f"   :widths: {' '.join(map(str, widths))}",
        "",
    ]
    for row in rows:
        lines += [f"   {'*' if k == 0 else ' '} - {_line(cell)}" for k, cell in enumerate(row)]
    return "\n".join(lines) + "\n"


def _head(title, mark):
    return f"{escaped(title)}\n{mark * (len(escaped(title)) + 8)}\n"


def _line(text):
    return " ".join(str(text).split())


def _cut(text):
    text = _line(text)
    return text if len(text) <= WIDEST else text[:WIDEST] + " …"


def _write(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def name_role(role, rawtext, text, lineno, inliner, options=None, content=None):
    """Show the name of a law, which may go on in the next line after an underscore and is copied whole."""
    breakable = escape(text).replace("_", "_<wbr>")
    return [nodes.raw("", f'<code class="name">{breakable}</code>', format="html")], []


def setup(app):
    roles.register_local_role("name", name_role)
    app.add_config_value("theorem_evidence", "verify", "env")
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
