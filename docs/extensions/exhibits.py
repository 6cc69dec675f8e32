"""What scripts of the gallery leave behind as pictures: their exhibits, and animations that they wrote."""

import shutil
from pathlib import Path

from sphinx_gallery.scrapers import figure_rst

from psitheory.checking import Exhibit
from psitheory.plotting import save

ORDER = (
    "ten_minutes", "the_quotient_in_a_picture", "equivalent_starts_different_optima", "rates_against_bounds",
    "what_adam_does_on_the_sphere", "why_bnp_conditions", "check_your_own_pytorch_optimiser", "write_a_theorem",
    "discover_symmetries",
)  # fmt: skip
SHOWN = "__shown__"
"""Among a script's names: what was shown already."""


class InOrder:
    """Tutorials build on each other; the gallery is in alphabetical order."""

    def __init__(self, src_dir):
        self.src_dir = src_dir

    def __call__(self, filename):
        stem = Path(filename).stem
        return (ORDER.index(stem) if stem in ORDER else len(ORDER), stem)


def scrape(block, block_vars, gallery_conf):
    """Save each exhibit, or file of an animation, that a block made, and return what shows them."""
    names = block_vars["example_globals"]
    shown = names.setdefault(SHOWN, set())
    images, captions = [], []
    for thing in list(names.values()):
        animated = isinstance(thing, Path) and thing.suffix == ".gif" and thing.exists()
        if id(thing) in shown or not (animated or isinstance(thing, Exhibit)):
            continue
        shown.add(id(thing))
        path = Path(next(block_vars["image_path_iterator"]))
        if animated:
            path = path.with_suffix(".gif")
            shutil.copy(thing, path)
        else:
            save(thing, path)
            captions.append(thing.caption)
        images.append(str(path))
    told = "\n\n".join(escaped(caption) for caption in captions)
    return figure_rst(images, gallery_conf["src_dir"]) + (f"\n{told}\n\n" if told else "")


def escaped(text):
    """Return plain text as reStructuredText that means itself."""
    return "".join("\\" + letter if letter in "\\*`|_" else letter for letter in text)
