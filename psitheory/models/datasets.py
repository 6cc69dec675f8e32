"""Small real data by name, as bundled with scikit-learn: no download, the same rows everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown


def _digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    return images / 16, labels


def _wine() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_wine

    measures, labels = load_wine(return_X_y=True)
    return (measures - measures.mean(axis=0)) / measures.std(axis=0), labels


_DATASETS: dict[str, Callable[[], tuple[np.ndarray, np.ndarray]]] = {"digits": _digits, "wine": _wine}

NAMES = tuple(_DATASETS)
"""The data that :func:`dataset` knows."""


def dataset(
    name: str, *, rows: int | None = None, rng: np.random.Generator | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs (N, d) and integer labels (N,).

    ``digits``: 1,797 images of 8 × 8 pixels between 0 and 1, 10 classes.  ``wine``: 178 wines with 13
    measured properties, each of mean 0 and variance 1 over all wines, 3 classes.

    Parameters
    ----------
    name : {"digits", "wine"}
    rows : int, optional
        How many rows to draw without repetition; all, in their own order, if left out.
    rng : numpy.random.Generator, optional
        Draws the rows.

    Raises
    ------
    UnknownName
        If ``name`` is no data set; the message lists them.
    ArgumentError
        If there are not as many rows.
    ArgumentTypeError
        If rows are to be drawn and there is no generator.

    Examples
    --------
    >>> inputs, labels = dataset("wine", rows=20, rng=np.random.default_rng(0))
    >>> inputs.shape, labels.shape
    ((20, 13), (20,))
    """
    if name not in NAMES:
        raise UnknownName(f"data set is {shown(name)}; one of {', '.join(NAMES)} is needed")
    inputs, labels = _DATASETS[name]()
    if rows is None:
        return inputs, labels
    if not isinstance(rows, (int, np.integer)) or isinstance(rows, bool) or not 1 <= rows <= len(inputs):
        raise ArgumentError(f"rows is {shown(rows)}; an integer from 1 to the {len(inputs)} of {name} is needed")
    if not isinstance(rng, np.random.Generator):
        raise ArgumentTypeError(f"rng is {shown(rng)}; a numpy.random.Generator is needed to draw rows")
    chosen = rng.choice(len(inputs), rows, replace=False)
    return inputs[chosen], labels[chosen]
