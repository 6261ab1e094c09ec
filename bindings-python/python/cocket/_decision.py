"""Decisions: typed views of the canonical JSON that the core wrote."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from . import _native, _time
from ._findings import Counts, Findings, findings_of
from ._json import made, moment
from ._reasons import Mode, Outcome, Reason, Verdict, Violation
from ._records import (
    EvidenceRecord,
    ExceptionUse,
    JudgedImage,
    JudgedObject,
    JudgedPlatform,
    Origin,
    PolicyUse,
)


@dataclass(frozen=True)
class RuleResult:
    """How one rule of one policy came out.

    >>> decision = judged("registry.acme.example/shop/checkout:2.8.1")
    >>> for result in decision.results:
    ...     print(result.rule, result.outcome.value)
    approved-registries pass
    hardened pass
    named-versions pass
    reviewed-base pass
    signed pass
    vulnerabilities pass
    """

    policy: str
    rule: str
    outcome: Outcome
    mode: Mode
    reasons: tuple[Reason, ...]
    severity: str | None = None
    message: str | None = None
    """Its author's sentence for people who meet a failure."""
    controls: tuple[str, ...] = ()
    counts: Counts | None = None
    findings: Findings | None = None


class Decision:
    """What was decided about one image or one Kubernetes object, and why.

    It is its canonical JSON (RFC 8785): two decisions are equal where their bytes are. The bytes are
    written when they are asked for, and all but the verdict is read from them then.

    >>> decision = judged("docker.io/library/nginx:latest")
    >>> match decision:
    ...     case cocket.Decision(cocket.Verdict.DENY, [first, *_]):
    ...         print(first.rule, first.reason.code)
    ...     case cocket.Decision(cocket.Verdict.ALLOW | cocket.Verdict.WARN):
    ...         print("may run")
    approved-registries registry.not_allowed
    """

    __match_args__ = ("verdict", "violations")

    def __init__(self, canonical: bytes) -> None:
        """Takes up the bytes that `to_json` gave, or that another language wrote.

        Raises `RequestError`, with the place as JSON pointer, for what is not just as this version
        writes a decision.
        """
        self._written: bytes | None = bytes(canonical)
        self._decided = _native.Decided.read(self._written)

    @classmethod
    def from_json(cls, canonical: str | bytes) -> Decision:
        """As the constructor, also from text."""
        return cls(canonical.encode() if isinstance(canonical, str) else canonical)

    @classmethod
    def _of(cls, canonical: bytes | None, decided: _native.Decided) -> Decision:
        """The core's own decision, with its bytes where they are at hand."""
        one = cls.__new__(cls)
        one._written = canonical
        one._decided = decided
        return one

    @property
    def _canonical(self) -> bytes:
        if self._written is None:
            self._written = self._decided.json()
        return self._written

    @cached_property
    def _value(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = json.loads(self._canonical)
        return value

    @cached_property
    def verdict(self) -> Verdict:
        """What happens to the image."""
        return Verdict(self._decided.verdict)

    @cached_property
    def now(self) -> datetime:
        """The moment it was decided for."""
        return _time.from_text(self._value["now"])

    @cached_property
    def valid_until(self) -> datetime | None:
        """The first moment at which a date in it could change the answer."""
        return moment(self._value.get("validUntil"))

    @property
    def inputs(self) -> str:
        """The digest of everything that the decision rests on."""
        return str(self._value["inputs"])

    @cached_property
    def image(self) -> JudgedImage | None:
        """The image that it is about; `None` where it is about an object."""
        value = self._value.get("image")
        if value is None:
            return None
        platforms = tuple(made(JudgedPlatform, one) for one in value.get("platforms", ()))
        return made(JudgedImage, value, platforms=platforms)

    @cached_property
    def object(self) -> JudgedObject | None:
        """The Kubernetes object that it is about; `None` where it is about an image."""
        value = self._value.get("object")
        return None if value is None else made(JudgedObject, value)

    @cached_property
    def policies(self) -> tuple[PolicyUse, ...]:
        """The policies, by name."""
        return tuple(
            made(PolicyUse, one, mode=Mode(one["mode"]), outcome=Outcome(one["outcome"]))
            for one in self._value["policies"]
        )

    @cached_property
    def results(self) -> tuple[RuleResult, ...]:
        """The rules, by policy and id."""
        return tuple(_result(one) for one in self._value["results"])

    @cached_property
    def general(self) -> tuple[Reason, ...]:
        """Reasons that belong to no rule: an unreadable name, or nothing that covers the image."""
        return tuple(reason_of(one) for one in self._value.get("general", ()))

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Every reason there is, of rules that pass, too."""
        return tuple(one for result in self.results for one in result.reasons) + self.general

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """Why the image fails: the failing reasons of rules that failed, whatever their mode,
        and then those that belong to no rule."""
        of_rules = (
            Violation(reason, result.policy, result.rule, result.mode)
            for result in self.results
            if result.outcome is Outcome.FAIL
            for reason in result.reasons
            if reason.kind == "fail"
        )
        general = (Violation(reason) for reason in self.general if reason.kind == "fail")
        return (*of_rules, *general)

    @cached_property
    def exceptions(self) -> tuple[ExceptionUse, ...]:
        """Exceptions that named a failing rule and this image."""
        return tuple(
            made(ExceptionUse, one, expires=_time.from_text(one["expires"]))
            for one in self._value.get("exceptions", ())
        )

    @cached_property
    def evidence(self) -> tuple[EvidenceRecord, ...]:
        """Evidence that was looked at, by digest."""
        return tuple(
            made(
                EvidenceRecord,
                one,
                proven_at=moment(one.get("provenAt")),
                stated_at=moment(one.get("statedAt")),
            )
            for one in self._value.get("evidence", ())
        )

    @cached_property
    def origin(self) -> Origin | None:
        """Where the image or object was found, if that was in a text of Kubernetes objects."""
        value = self._value.get("origin")
        return None if value is None else made(Origin, value)

    def to_json(self) -> bytes:
        """The canonical JSON (RFC 8785), the same bytes in every language."""
        return self._canonical

    def to_dict(self) -> dict[str, Any]:
        """The JSON as Python values, a new copy each time."""
        value: dict[str, Any] = json.loads(self._canonical)
        return value

    def __eq__(self, other: builtins.object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return self._canonical == other._canonical

    def __hash__(self) -> int:
        return hash(self._canonical)

    def __repr__(self) -> str:
        failing = len(self.violations)
        if self.image is not None:
            subject = f"image={self.image.given!r}"
        else:
            judged = self._value["object"]
            subject = f"object={judged['kind'] + '/' + judged['name']!r}"
        return f"Decision({self.verdict}, {subject}, violations={failing})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Decision, (self._canonical,)


def report(
    format: Literal["table", "json", "yaml", "junit", "sarif", "github", "markdown"],
    decisions: Iterable[Decision],
) -> str:
    """Decisions in a format, each with its place where it has one.

    >>> decision = judged("docker.io/library/nginx:latest")
    >>> print(cocket.report("table", [decision]).splitlines()[0])
    DENY   docker.io/library/nginx:latest

    Raises `RequestError` for another format.
    """
    return _native.report(format, [decision._decided for decision in decisions])


def _result(value: Mapping[str, Any]) -> RuleResult:
    counts, findings = value.get("counts"), value.get("findings")
    return made(
        RuleResult,
        value,
        outcome=Outcome(value["outcome"]),
        mode=Mode(value["mode"]),
        reasons=tuple(reason_of(one) for one in value["reasons"]),
        counts=None if counts is None else made(Counts, counts),
        findings=None if findings is None else findings_of(findings),
    )


def reason_of(value: Mapping[str, Any]) -> Reason:
    """The reason that this JSON is."""
    return made(Reason, value)
