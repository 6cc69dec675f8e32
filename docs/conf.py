"""How the documentation is built: ``python -m sphinx -W -b html docs docs/_build/html``."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]
os.environ.setdefault("OMP_NUM_THREADS", "1")

from psitheory import __version__  # noqa: E402

project = "psitheory"
author = copyright = "psitheory developers"
release = version = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "bibliography",
    "reference",
    "theorems",
]
REFERENCE_ALONE = os.environ.get("PSITHEORY_DOCS") == "reference"
"""Then neither verify nor the tutorials run, and two scripts of the gallery do: what CI has time for."""

exclude_patterns = ["_build", "extensions", "gallery", "tutorials"]
html_theme = "furo"
html_title = "psitheory"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
html_math_renderer = "mathml"

myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
suppress_warnings = [
    "config.cache",  # the gallery's functions cannot be pickled; nothing is lost but time
    "ref.python",  # attributes of several classes bear one name, such as times; the link goes to the first
]

if REFERENCE_ALONE:
    root_doc = "reference/index"
    exclude_patterns += ["index.md", "theorems", "built/tutorials"]
    suppress_warnings += ["toc.not_included", "ref.ref"]

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_mock_imports = [name for name in ("torch", "jax", "optax", "geoopt", "pymanopt") if find_spec(name) is None]
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

theorem_evidence = "none" if REFERENCE_ALONE else os.environ.get("PSITHEORY_EVIDENCE", "verify")
needs_torch = "" if find_spec("torch") else "|check_your_own_pytorch_optimiser"
sphinx_gallery_conf = {
    "examples_dirs": ["gallery"] if REFERENCE_ALONE else ["tutorials", "gallery"],
    "gallery_dirs": ["built/gallery"] if REFERENCE_ALONE else ["built/tutorials", "built/gallery"],
    "filename_pattern": r"/(the_arctan_law|the_u_and_the_flat_line)\.py" if REFERENCE_ALONE else r"\.py",
    "ignore_pattern": rf"__init__\.py{needs_torch}",
    "image_scrapers": ("exhibits.scrape",),
    "reset_modules": (),
    "within_subsection_order": "exhibits.InOrder",
    "capture_repr": ("_repr_html_", "__str__"),
    "ignore_repr_types": r".*Exhibit.*",
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "download_all_examples": True,
    "min_reported_time": 1e6,
    "show_memory": False,
    "show_signature": False,
    "plot_gallery": "True",
    "copyfile_regex": "",
}
