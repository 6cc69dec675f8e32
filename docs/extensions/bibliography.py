"""The page of sources: all that theorems rest on, with BibTeX."""

from pathlib import Path

from exhibits import escaped

import proofs_check.bibliography as sources
from psitheory.checking import Source


def write(app):
    found = sorted({s.key: s for s in vars(sources).values() if isinstance(s, Source)}.items())
    parts = ["Bibliography\n============\n"]
    for key, source in found:
        bibtex = "\n".join(f"      {line}" for line in source.bibtex.splitlines())
        words = f"**{key}**\n   {escaped(source.text)}\n"
        parts.append(f".. _source-{key}:\n\n{words}\n   .. code-block:: bibtex\n\n{bibtex}\n")
    path = Path(app.srcdir) / "bibliography.rst"
    text = "\n".join(parts)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
