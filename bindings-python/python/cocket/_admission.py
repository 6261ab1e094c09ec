"""Answers to admission reviews of Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ._decision import Decision
from ._reasons import Reason, Verdict


@dataclass(frozen=True)
class Admission:
    """What came of an admission review.

    >>> policies = cocket.Policies.from_file("docs/examples/admission/policy.yaml")
    >>> with open("docs/examples/admission/review.json", "rb") as file:
    ...     admission = cocket.Engine(policies).admit(file.read(), now=now)
    >>> admission.allowed, len(admission.decisions)
    (False, 2)
    >>> b'"kind":"AdmissionReview"' in admission.response
    True
    """

    verdict: Verdict
    """The worst of the decisions, and of what the reasons say."""
    response: bytes
    """The `AdmissionReview` to send back, in JSON."""
    decisions: tuple[Decision, ...]
    """On the images, in the order of the pod's fields, and on the object where a rule is about it."""
    reasons: tuple[Reason, ...]
    """Those that belong to no decision."""
    coverage: frozenset[str]
    """What it proves for later: hand it back as `covered`."""
    _answer: bytes = field(repr=False, compare=False)

    @property
    def allowed(self) -> bool:
        """Whether the request goes on."""
        return self.verdict is not Verdict.DENY

    def to_json(self) -> bytes:
        """The wire answer, byte for byte."""
        return self._answer
