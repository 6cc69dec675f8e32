r"""The docstring of a theorem's file as HTML: sections, paragraphs, formulas typeset as MathML."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import Any
from xml.etree import ElementTree

_HEADING = re.compile(r"^(?P<title>[^\n]+)\n-{3,}$", re.MULTILINE)
_MATH = re.compile(r":math:`(?P<math>[^`]+)`")
_DISPLAY = re.compile(r"^\.\. math::(?P<math>.*?)(?=\n\S|\Z)", re.MULTILINE | re.DOTALL)
_DASHES = re.compile(r"(?P<dashes>'+)(?:\^(?:\{(?P<braced>[^{}]*)\}|(?P<single>.)))?")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_EMPHASIS = re.compile(r"(?<!\*)\*([^*]+)\*(?!\*)")
_CODE = re.compile(r"``(.+?)``")
_LOOKS = frozenset({
    "xmlns", "display", "mathvariant", "mathsize", "mathcolor", "stretchy", "fence", "form", "separator",
    "symmetric", "movablelimits", "accent", "accentunder", "largeop", "minsize", "maxsize", "lspace", "rspace",
    "linethickness", "columnalign", "columnspacing", "columnlines", "rowspacing", "rowlines", "rowalign",
    "displaystyle", "scriptlevel", "width", "height", "depth", "voffset", "notation",
})  # fmt: skip
"""Attributes of MathML that change looks only: neither href nor style, nor what acts on events."""


@dataclass(frozen=True)
class Section:
    """A titled section, its text as HTML."""

    title: str
    html: str


@cache
def mathml(latex: str, *, display: bool = False) -> str:
    """Return LaTeX as MathML, or as preformatted text where it cannot be converted."""
    from latex2mathml.converter import convert_to_element

    try:
        return _inert(convert_to_element(prepared(latex), display="block" if display else "inline"))
    except Exception:  # the converter raises many kinds of errors on what it does not know
        return f"<code>{escape(latex)}</code>"


def prepared(latex: str) -> str:
    """Return LaTeX as the converter can take it: it escapes no text, and knows no power of a dashed letter."""
    safe = " ".join(latex.split()).replace("<", r"\lt ").replace(">", r"\gt ")

    def raised(found: re.Match[str]) -> str:
        power = found["braced"] or found["single"] or ""
        return "^{" + r"\prime" * len(found["dashes"]) + f" {power}}}"

    return _DASHES.sub(raised, safe)


def _inert(element: Any) -> str:
    """Return MathML as text: nothing in it leads anywhere or is obeyed, whatever the LaTeX said."""
    for node in element.iter():
        node.text = node.text and unescape(node.text)  # the converter writes entities as text
        for name in set(node.attrib) - _LOOKS:
            del node.attrib[name]
    return ElementTree.tostring(element, encoding="unicode")


def sections(doc: str) -> list[Section]:
    """Return the sections of a docstring in NumPy's style; what stands above the first heading is left out."""
    headings = list(_HEADING.finditer(doc))
    if not headings:
        return []
    ends = [*(heading.start() for heading in headings[1:]), len(doc)]
    return [
        Section(heading["title"].strip(), to_html(doc[heading.end() : end]))
        for heading, end in zip(headings, ends, strict=True)
    ]


def to_html(text: str) -> str:
    """Return paragraphs of plain text with formulas as HTML."""
    formulas: list[str] = []

    def keep(html: str) -> str:
        formulas.append(html)
        return f"\0{len(formulas) - 1}\0"

    text = text.replace("\0", "")  # which holds the places of formulas below
    text = _DISPLAY.sub(lambda found: "\n\n" + keep(mathml(found["math"], display=True)) + "\n\n", text)
    text = _MATH.sub(lambda found: keep(mathml(found["math"])), text)
    text = _CODE.sub(lambda found: keep(f"<code>{escape(found[1])}</code>"), text)
    text = _EMPHASIS.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False)))
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", text))
    html = "\n".join(f"<p>{part}</p>" for part in paragraphs if part)
    return re.sub("\0(\\d+)\0", lambda found: formulas[int(found[1])], html)
