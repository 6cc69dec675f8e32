"""When a law of a manifold applies: functions that return why it does not, or an empty string."""

from __future__ import annotations

from dataclasses import dataclass

from psitheory.conformance.manifolds.laws import batches
from psitheory.conformance.manifolds.subjects.invariants import Same
from psitheory.conformance.manifolds.subjects.nature import Known


@dataclass(frozen=True)
class Claims:
    """What is claimed of the subject beyond what every manifold must obey.

    Attributes
    ----------
    order : int or None
        The order of the retraction; None: 2 where all usual retractions have it (spheres, subspaces).
    parallel : bool
        Whether ``transport`` is the parallel one, or any vector transport.
    batch : bool or None
        Whether methods broadcast; None: found out.
    """

    order: int | None = None
    parallel: bool = True
    batch: bool | None = None


FIRST, SECOND = "retraction_is_of_first_order", "retraction_is_of_second_order"
PARALLEL = ("transport_is_isometric", "transport_there_and_back_changes_nothing")
"""Laws of parallel transport everywhere."""


def laws_said(order: int | None, transport: str | None, batch: bool | None) -> frozenset[str]:
    """Return the laws that these options claim: not to try one of them decides nothing."""
    said = {FIRST} if order else set()
    said |= {SECOND} if order == 2 else set()
    said |= {"a_batch_equals_the_loop"} if batch else set()
    return frozenset(said | (set(PARALLEL) if transport == "parallel" else set()))


def always(subject: Known, claims: Claims) -> str:
    """Apply to every subject."""
    return ""


def vectors_are_ambient(subject: Known, claims: Claims) -> str:
    """Apply where tangent vectors are ambient vectors too."""
    return "" if subject.projectable else "tangent and ambient vectors are represented differently"


def constraint_known(subject: Known, claims: Claims) -> str:
    """Apply where a constraint on points is known."""
    if not subject.embedded:
        return "tangent vectors are represented differently from points"
    if subject.constrained or "defect" in subject.offers:
        return ""
    return "no constraint on points is known: there is no defect, and random points show none"


def euclidean(subject: Known, claims: Claims) -> str:
    """Apply where the metric is that of the ambient space."""
    flat = subject.nature.flat and subject.projectable and "canonical" not in subject.offers
    return "" if flat else "the metric is not that of the ambient space"


def nearest(subject: Known, claims: Claims) -> str:
    """Apply where the metric is another, and the projection is to give the nearest tangent vector."""
    if not subject.projectable:
        return vectors_are_ambient(subject, claims)
    if not euclidean(subject, claims):
        return "the metric is that of the ambient space"
    return "Geoopt's projections need not be orthogonal" if subject.dialect == "Geoopt" else ""


def points_compare(subject: Known, claims: Claims) -> str:
    """Apply where it is known when two arrays are one point."""
    return "" if subject.nature.unique else "one point has several representatives, which nothing compares"


def second_order(subject: Known, claims: Claims) -> str:
    """Apply where a retraction of second order is claimed."""
    if claims.order == 1 or (claims.order is None and not subject.usually_of_second_order):
        return "a retraction of first order is all that is claimed (order=2 claims more)"
    if subject.nature.flat or "exp" in subject.offers:
        return points_compare(subject, claims)
    return "there is no exp to compare with, and the metric is not that of the ambient space"


def parallel(subject: Known, claims: Claims) -> str:
    """Apply where transport claims to be parallel."""
    return "" if claims.parallel else "a vector transport need not be parallel (transport='parallel' claims it)"


def on_spheres(subject: Known, claims: Claims) -> str:
    """Apply on products of unit spheres."""
    return "" if subject.nature.spheres else "the manifold is no product of unit spheres"


def off_spheres(subject: Known, claims: Claims) -> str:
    """Apply elsewhere than on spheres."""
    return "" if not subject.nature.spheres else "on spheres the parts are compared with great circles one by one"


def parallel_on_spheres(subject: Known, claims: Claims) -> str:
    """Apply to parallel transport on spheres."""
    return parallel(subject, claims) or on_spheres(subject, claims)


def parallel_off_spheres(subject: Known, claims: Claims) -> str:
    """Apply to parallel transport elsewhere."""
    return parallel(subject, claims) or off_spheres(subject, claims)


def has_one_chart(subject: Known, claims: Claims) -> str:
    """Apply off spheres where points have one representative each, of the form of vectors."""
    some = off_spheres(subject, claims) or compares_and_embeds(subject, claims)
    return some or ("" if classes(subject, claims) else "points have several representatives")


def lengths_in_one_chart(subject: Known, claims: Claims) -> str:
    """Apply off spheres where points have one representative each, of the form of vectors, and lengths are known."""
    some = has_one_chart(subject, claims)
    return some or ("" if {"inner", "norm"} & subject.offers else "there is no metric to measure with")


def parallel_with_lengths(subject: Known, claims: Claims) -> str:
    """Apply to parallel transport off spheres where points have one representative each, and lengths are known."""
    return parallel(subject, claims) or lengths_in_one_chart(subject, claims)


def parallel_in_one_chart(subject: Known, claims: Claims) -> str:
    """Apply to parallel transport off spheres where points have one representative each, of the form of vectors."""
    return parallel(subject, claims) or has_one_chart(subject, claims)


def antipodes(subject: Known, claims: Claims) -> str:
    """Apply where points have antipodes."""
    return "on lines there are no antipodal points" if subject.nature.lines else on_spheres(subject, claims)


def measurable(subject: Known, claims: Claims) -> str:
    """Apply where lengths are known otherwise than by the method under test."""
    if subject.nature.spheres:
        return ""
    if "exp" not in subject.offers or not ({"inner", "norm"} & subject.offers):
        return "there is no exp and metric to compare with"
    return ""


def has_length_of_log(subject: Known, claims: Claims) -> str:
    """Apply off spheres, where a metric tells lengths."""
    has_metric = {"inner", "norm"} & subject.offers
    return off_spheres(subject, claims) or ("" if has_metric else "there is no metric to compare with")


def begins_without_exp(subject: Known, claims: Claims) -> str:
    """Apply off spheres where no exponential tells how distances and lengths belong together, but other curves do."""
    return curves_without_exp(subject, claims) or has_length_of_log(subject, claims)


def curves_without_exp(subject: Known, claims: Claims) -> str:
    """Apply off spheres where there is no exponential, but other curves are known."""
    if "exp" in subject.offers:
        return "there is an exp, whose geodesics tell"
    straight = subject.embedded and not subject.constrained
    curves = "" if "retract" in subject.offers or straight else "there is no retract, and points are constrained"
    return curves or off_spheres(subject, claims)


def has_geodesics(subject: Known, claims: Claims) -> str:
    """Apply where geodesics are known or offered."""
    if subject.nature.spheres:
        return ""
    induced = "retract" in subject.offers and subject.nature.flat and isinstance(subject.nature.map, Same)
    if "exp" in subject.offers or induced:
        return points_compare(subject, claims)
    return "there is no exp along which to differentiate, and no retract with the metric of the ambient space"


def geodesic_is_testable(subject: Known, claims: Claims) -> str:
    """Apply where there is a criterion for geodesics."""
    nature = subject.nature
    if nature.quotient and not (nature.flat and all(nature.rotated) and all(nature.orthonormal)):
        return "geodesics of these classes are not known"
    if not nature.spheres and not nature.flat and not subject.embedded:
        return "velocities are represented differently from tangent vectors"
    return points_compare(subject, claims)


def acts_on_vectors(subject: Known, claims: Claims) -> str:
    """Apply where something is done to tangent vectors."""
    some = {"norm", "inner", "project", "transport"} & subject.offers
    return "" if some else "there is no norm, inner, project or transport"


def maps_linearly(subject: Known, claims: Claims) -> str:
    """Apply where there is a method that is linear in a vector."""
    some = {"project", "transport", "gradient", "hessian"} & subject.offers
    return "" if some else "there is no project, transport, gradient or hessian"


def moves(subject: Known, claims: Claims) -> str:
    """Apply where points can be moved."""
    return points_compare(subject, claims) if {"retract", "exp"} & subject.offers else "there is no retract and no exp"


def stated_dimension(subject: Known, claims: Claims) -> str:
    """Apply where a dimension is stated."""
    if subject.dimension is None:
        return "it states no dimension"
    return "" if subject.embedded else "tangent vectors are represented differently from points"


def embedded(subject: Known, claims: Claims) -> str:
    """Apply where points and vectors have one form."""
    return "" if subject.embedded else "tangent vectors are represented differently from points"


def compares_and_embeds(subject: Known, claims: Claims) -> str:
    """Apply where points compare, and have the form of vectors."""
    return points_compare(subject, claims) or embedded(subject, claims)


def classes(subject: Known, claims: Claims) -> str:
    """Apply where points are classes."""
    return "" if subject.scales or subject.nature.quotient else "points have one representative each"


def scales(subject: Known, claims: Claims) -> str:
    """Apply where points are classes under scales."""
    return "" if subject.scales else "nothing acts on representatives by scales"


def stacks(subject: Known, claims: Claims) -> str:
    """Apply where methods take stacked points."""
    return batches.why_not(subject, claims.batch)
