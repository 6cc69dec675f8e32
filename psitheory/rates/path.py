r"""L along a path: the largest eigenvalue of the scaled Hessian at points of each segment, which certifies nothing.

A step of a first-order method is a straight segment of the weights, and what its decrease depends on is the curvature
on that segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError, shown
from psitheory.models.interface import Model, Smoothness
from psitheory.rates.local import curvatures


@dataclass(frozen=True, eq=False)
class PathCurvature:
    """What was seen of L on S segments, at K + 1 points of each, its ends among them: local, not certified.

    Attributes
    ----------
    values : array, (S, K + 1)
        The largest eigenvalue of the scaled Hessian.
    fractions : array, (K + 1,)
        Where on a segment: 0 at its beginning, 1 at its end.
    joined : bool
        Whether each segment begins where the one before ends.
    """

    values: np.ndarray
    fractions: np.ndarray
    joined: bool

    @property
    def per_segment(self) -> np.ndarray:
        """Return the largest value seen on each segment, (S,)."""
        return np.asarray(self.values.max(axis=1))

    @property
    def value(self) -> float:
        """Return the largest of all: a lower bound of L on the path."""
        return float(self.values.max())

    @property
    def where(self) -> tuple[int, float]:
        """Return on which segment that is, and at which fraction of it."""
        segment, k = np.unravel_index(np.argmax(self.values), self.values.shape)
        return int(segment), float(self.fractions[k])

    @property
    def region(self) -> str:
        """Return in words where it was looked at."""
        segments, each = self.values.shape
        if self.joined:
            return f"at {segments * (each - 1) + 1} points of a path of {_counted(segments, 'segment')}"
        return f"at {segments * each} points of {_counted(segments, 'segment')}"

    @property
    def smoothness(self) -> Smoothness:
        """Return it as bounds take it, marked as local."""
        return Smoothness(self.value, "local", self.region)

    def __str__(self) -> str:
        """Return what was seen, where, and what it does not say."""
        segment, fraction = self.where
        return (
            f"local, not certified: the largest eigenvalue of the scaled Hessian is {self.value:.4g} {self.region}, "
            f"on segment {segment} at {fraction:.2g} of it; between these points and elsewhere nothing is known"
        )

    def exhibit(self, times: np.ndarray | None = None) -> Exhibit:
        """Return a figure of the values, segment by segment; ``times`` (S,) is when each began, if not 0, 1, 2, …."""
        x = np.arange(len(self.values)) if times is None else np.asarray(times)
        inside = {f"at {fraction:.2g} of it": self.values[:, k] for k, fraction in enumerate(self.fractions)}
        return Exhibit(
            "curves",
            "L along a path: local, not certified",
            f"{str(self)[0].upper()}{str(self)[1:]}.",
            {"x": x, "largest on the segment": self.per_segment, **inside},
            {"x": "segment", "y": "largest eigenvalue", "points": ",".join(inside)},
        )


def largest_curvature_along(
    model: Model, points: np.ndarray, *, per_segment: int = 2, tolerance: float = 1e-8
) -> PathCurvature:
    r"""Look for the largest curvature along a path, at the corners and inside each segment.

    Parameters
    ----------
    model : Model
    points : float array, (R, n) or (S, 2, n)
        The corners of a polygon, or beginnings and ends of segments.
    per_segment : int
        Into how many parts a segment is divided; their ends are looked at.
    tolerance : float
        Relative accuracy of each eigenvalue.

    Raises
    ------
    ArgumentError
        If there is no segment, or the points do not fit the model.

    Examples
    --------
    >>> from psitheory.models import Cosine
    >>> model = Cosine(np.array([1.0, 0.0]))
    >>> seen = largest_curvature_along(model, np.array([[1.0, 0.0], [0.5, 1.0], [0.0, 1.0]]))
    >>> seen.per_segment.round(3), seen.where
    (array([1.146, 1.146]), (0, 1.0))
    """
    if not isinstance(per_segment, (int, np.integer)) or per_segment < 1:
        raise ArgumentError(f"per_segment is {shown(per_segment)}; an integer of at least 1 is needed")
    points = model.layout.check(points, "points")
    joined = points.ndim == 2 and len(points) > 1
    if not joined and not (points.ndim == 3 and points.shape[1] == 2 and len(points)):
        raise ArgumentError(
            f"points has the shape {points.shape}; (R, n) with two corners at least, or (S, 2, n), is needed"
        )
    segments = np.stack([points[:-1], points[1:]], axis=1) if joined else points
    fractions = np.arange(per_segment + 1, dtype=points.dtype) / per_segment
    values = np.empty((len(segments), per_segment + 1))
    found = _found(model, segments, fractions, tolerance, joined=joined)
    for k in range(len(segments)):
        for j in range(per_segment + 1):
            values[k, j] = values[k - 1, -1] if joined and k and not j else next(found)
    return PathCurvature(values, fractions, joined)


def _found(
    model: Model, segments: np.ndarray, fractions: np.ndarray, tolerance: float, *, joined: bool
) -> Iterator[float]:
    """Yield the curvature at all points in order, that of a corner between two segments once."""
    at = segments[:, :1] + fractions[:, None] * (segments[:, 1:] - segments[:, :1])
    at[:, -1] = segments[:, 1]
    flat = at.reshape(-1, at.shape[-1])
    again = (np.arange(len(flat)) % len(fractions) == 0) & (np.arange(len(flat)) > 0) & joined
    return curvatures(model, flat[~again], tolerance)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
