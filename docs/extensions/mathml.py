"""Formulas as MathML, which browsers set by themselves: no script, no font, no network."""

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.util import logging

from psitheory.report.prose import prepared

logger = logging.getLogger(__name__)


def mathml(latex, where, display):
    try:
        return convert(prepared(latex), display="block" if display else "inline")
    except Exception as error:  # the converter raises many kinds of errors on what it does not know
        logger.warning("formula cannot be set: %s (%s)", latex, error, location=where)
        return "<code></code>"


def visit_inline(translator, node):
    translator.body.append(mathml(node.astext(), node, display=False))
    raise nodes.SkipNode


def visit_block(translator, node):
    # AMS environments that only align are not needed where a browser sets one line
    translator.body.append(f'<div class="math">{mathml(node.astext(), node, display=True)}</div>\n')
    raise nodes.SkipNode


def setup(app):
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True}
