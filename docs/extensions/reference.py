"""A page for each public module; a public name without a docstring is a warning, and a warning fails the build."""

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging

import psitheory

logger = logging.getLogger(__name__)

MODULES = (
    "psitheory", "psitheory.checking", "psitheory.strategies", "psitheory.arithmetic", "psitheory.layout",
    "psitheory.geometry", "psitheory.models", "psitheory.optimizers", "psitheory.experiments", "psitheory.rates",
    "psitheory.symmetry", "psitheory.conformance", "psitheory.plotting", "psitheory.certificates",
    "psitheory.verification", "psitheory.registry", "psitheory.report.export", "psitheory.errors",
    "psitheory.interop.torch",
)  # fmt: skip


def write(app):
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    documented = {}
    for home, public, doc in _data():
        documented.setdefault(public, []).append((home, doc))
    for name in MODULES:
        if name == "psitheory.interop.torch" and "torch" in app.config.autodoc_mock_imports:
            continue
        _write(folder / f"{name}.rst", _page(name, import_module(name), documented))
    pages = sorted(path.stem for path in folder.glob("psitheory*.rst"))
    order = [name for name in MODULES if name in pages]
    listed = "\n".join(f"   {name}" for name in order)
    _write(folder / "index.rst", f"Reference\n=========\n\nEvery public name, by module.\n\n.. toctree::\n\n{listed}\n")


def _page(name, module, documented):
    parts = [name, "=" * len(name), "", f".. automodule:: {name}\n   :no-members:\n   :no-index:\n"]
    for public in _public(module):
        value = getattr(module, public)
        if inspect.ismodule(value):
            continue
        full = f"{name}.{public}"
        again = "" if getattr(value, "__module__", name).startswith(name) and name != "psitheory" else "   :no-index:\n"
        if inspect.isclass(value):
            parts.append(f".. autoclass:: {full}\n   :members:\n   :show-inheritance:\n{again}")
            _check_class(full, value)
        elif inspect.isroutine(value):
            parts.append(f".. autofunction:: {full}\n{again}")
            _check(full, value.__doc__)
        else:
            doc = _nearest(documented.get(public, []), name)
            _check(full, doc)
            body = "\n".join(f"   {line}" for line in (doc or "").splitlines())
            parts.append(f".. py:data:: {full}\n\n{body}\n")
    return "\n".join(parts) + "\n"


def _public(module):
    names = getattr(module, "__all__", None)
    if names is None:
        own = {n: v for n, v in vars(module).items() if not n.startswith("_")}
        names = [n for n, v in own.items() if getattr(v, "__module__", None) == module.__name__]
    return names


def _check_class(full, cls):
    _check(full, cls.__doc__)
    for name, member in vars(cls).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if not name.startswith("_") and (inspect.isfunction(function) or isinstance(member, property)):
            _check(f"{full}.{name}", inspect.getdoc(getattr(cls, name)))


def _check(name, doc):
    if not (doc or "").strip():
        logger.warning("%s is public and has no docstring", name)


def _nearest(found, module):
    """Return the docstring of the constant of that name: of two, the one that is defined in this package."""
    inside = [doc for home, doc in found if home.startswith(module)]
    return inside[0] if inside else found[0][1] if len(found) == 1 else ""


def _data():
    """Yield home, name and docstring of each module-level constant."""
    for info in walk_packages(psitheory.__path__, "psitheory."):
        if info.name.startswith("psitheory.interop") or ".torch" in info.name or "template" in info.name:
            continue
        file = info.module_finder.find_spec(info.name, None).origin  # read, not imported: some need other libraries
        for (where, name), lines in ModuleAnalyzer.for_file(file, info.name).find_attr_docs().items():
            if not where:
                yield info.name, name, "\n".join(lines).strip()


def _write(path, text):
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def setup(app):
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
