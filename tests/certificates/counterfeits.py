"""The certificates that false neighbours would have: Coq must refuse each, and since its sides differ.

``python -m tests.certificates.counterfeits`` tries those of every law that has a certificate.
"""

from __future__ import annotations

import re
import sys

from psitheory.certificates import Certificate, certificate_of, compiled
from psitheory.certificates.writing import written
from psitheory.checking import Law
from psitheory.errors import PsitheoryError
from psitheory.runner.proving.in_formal import NotProved, can_be_formal, formal_cases

SIDES_DIFFER = re.compile("not a valid (ring|field) equation|ring: cannot find relation")
"""What Coq says of an identity of numbers that is none, and of vectors one of which has a word that others lack."""


def of_counterfeit(theorem, counterfeit):
    """Return the certificate of a counterfeit in all its cases, or the reason why none can be written."""
    law = Law(counterfeit.name, counterfeit.function, dict(counterfeit.domains))
    if not can_be_formal(law):
        return Certificate(theorem.id, law.name, reason="a domain offers no formal vectors")
    try:
        return Certificate(theorem.id, law.name, written(theorem, law, list(formal_cases(law, whole=True))))
    except (NotProved, PsitheoryError) as reason:
        return Certificate(theorem.id, law.name, reason=str(reason))


def main():
    """Say of which counterfeit Coq accepts the certificate, or refuses it for another reason."""
    from psitheory.registry import select

    laws = [(entry.theorem, law) for entry in select() for law in entry.theorem.laws]
    own = [(theorem, false) for theorem, law in laws if certificate_of(theorem, law).text for false in law.counterfeits]
    found = [c for theorem, false in own if (c := of_counterfeit(theorem, false)).text]
    wrong = {c.name: said for c in found if not SIDES_DIFFER.search(said := compiled(c))}
    for name, said in wrong.items():
        print(f"{name}: {said or 'ACCEPTED'}")
    print(f"{len(found)} counterfeits with a certificate, {len(found) - len(wrong)} refused since their sides differ")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
