"""Decisions: typed views of the canonical JSON that the core wrote."""

from __future__ import annotations

import enum
import builtins
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, TypeVar

from . import _native, _time
from ._errors import Fault, RequestError

_T = TypeVar("_T")


class Verdict(enum.Enum):
    """What happens to what was judged. There will be no fourth one.

    >>> Verdict("warn") in (Verdict.ALLOW, Verdict.WARN)
    True
    """

    ALLOW = "allow"
    """It may run."""
    WARN = "warn"
    """It may run, with a warning."""
    DENY = "deny"
    """It may not run."""


class Outcome(enum.Enum):
    """How one rule came out.

    >>> Outcome("waived").name
    'WAIVED'
    """

    PASS = "pass"
    FAIL = "fail"
    WAIVED = "waived"
    """It is not satisfied, and an exception in force covers all of that."""
    SKIPPED = "skipped"
    """Its ``match`` does not cover this image."""
    EXCLUDED = "excluded"
    """An ``exclude`` keeps it away from this image."""


class Mode(enum.Enum):
    """The weight of a rule.

    >>> [mode.value for mode in Mode]
    ['audit', 'warn', 'enforce']
    """

    AUDIT = "audit"
    """A failure is reported only."""
    WARN = "warn"
    """A failure makes the verdict `Verdict.WARN`."""
    ENFORCE = "enforce"
    """A failure makes the verdict `Verdict.DENY`."""


@dataclass(frozen=True)
class Reason:
    """Why: a code of the catalogue, with what was found and what was expected.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> decision.violations[0].reason.found
    'docker.io/library/nginx'
    """

    code: str
    """Stable, such as ``registry.not_allowed``."""
    message: str
    found: str | None = None
    expected: str | None = None
    remedy: str = ""
    evidence: tuple[str, ...] = ()
    """The digests of the evidence it comes from."""
    platform: str | None = None
    """The platform it is about, where the image has several."""
    retryable: bool = False
    """Whether trying again may help."""

    @property
    def kind(self) -> Literal["pass", "fail"]:
        """Whether something was found that satisfies the rule, or that fails it."""
        known = _native.explain(self.code)
        return "fail" if known is None else known[1]


@dataclass(frozen=True)
class Violation:
    """One reason why an image fails, and the rule that says so.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> match decision.violations[0]:
    ...     case cocket.Violation(cocket.Reason(code), policy, rule):
    ...         print(policy, rule, code)
    production approved-registries registry.not_allowed
    """

    reason: Reason
    policy: str | None = None
    """`None` where the reason belongs to no rule, such as an unreadable name."""
    rule: str | None = None
    mode: Mode = Mode.ENFORCE

    def __str__(self) -> str:
        place = f"{self.policy}/{self.rule}: " if self.rule else ""
        return f"{place}{self.reason.message}"


@dataclass(frozen=True)
class Counts:
    """The same findings counted in three ways; ignored and waived ones are left out.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> layout = cocket.EvidenceDirectory("docs/examples/first-look/images")
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> image = "registry.acme.example/shop/orders:5.0.2"
    >>> digest = layout.resolve(image)
    >>> evidence = layout.collect(digest)
    >>> _ = evidence.vouch_file("docs/examples/first-look/reports")
    >>> request = cocket.ImageRequest(image, digest=digest)
    >>> decision = engine.check(request, evidence, now=now)
    >>> next(one.counts for one in decision.results if one.rule == "vulnerabilities")
    Counts(vulnerability=5, vulnerability_and_package=5, row=5)
    """

    vulnerability: int
    vulnerability_and_package: int
    row: int


@dataclass(frozen=True)
class Finding:
    """One finding in one package.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> layout = cocket.EvidenceDirectory("docs/examples/first-look/images")
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> image = "registry.acme.example/shop/orders:5.0.2"
    >>> digest = layout.resolve(image)
    >>> evidence = layout.collect(digest)
    >>> _ = evidence.vouch_file("docs/examples/first-look/reports")
    >>> request = cocket.ImageRequest(image, digest=digest)
    >>> decision = engine.check(request, evidence, now=now)
    >>> found = next(one.findings for one in decision.results if one.rule == "vulnerabilities")
    >>> print(found.counted.items[0].severity, found.counted.items[0].package)
    critical org.apache.logging.log4j:log4j-core
    """

    severity: str
    id: str
    package: str
    installed: str
    fixed: str | None = None
    link: str | None = None
    because: str | None = None
    """Why it does not count, where it does not."""


@dataclass(frozen=True)
class FindingList:
    """Findings, worst first, and how many more there are.

    >>> FindingList((Finding("high", "CVE-2026-1", "zlib", "1.2"),), more=3).more
    3
    """

    items: tuple[Finding, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Findings:
    """What a rule about findings looked at.

    >>> Findings().counted.items
    ()
    """

    counted: FindingList = FindingList()
    set_apart: FindingList = FindingList()


@dataclass(frozen=True)
class RuleResult:
    """How one rule of one policy came out.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> layout = cocket.EvidenceDirectory("docs/examples/first-look/images")
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> image = "registry.acme.example/shop/checkout:2.8.1"
    >>> digest = layout.resolve(image)
    >>> evidence = layout.collect(digest)
    >>> _ = evidence.vouch_file("docs/examples/first-look/reports")
    >>> request = cocket.ImageRequest(image, digest=digest)
    >>> decision = engine.check(request, evidence, now=now)
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


@dataclass(frozen=True)
class JudgedPlatform:
    """One manifest of an index that was judged.

    >>> JudgedPlatform("sha256:" + 64 * "0", "linux/amd64").platform
    'linux/amd64'
    """

    digest: str
    platform: str | None = None


@dataclass(frozen=True)
class JudgedImage:
    """The image that was judged.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> decision.image.canonical
    'docker.io/library/nginx:latest'
    """

    given: str
    canonical: str | None = None
    mirror: str | None = None
    digest: str | None = None
    namespace: str | None = None
    platforms: tuple[JudgedPlatform, ...] = ()


@dataclass(frozen=True)
class JudgedObject:
    """The Kubernetes object that was judged.

    >>> JudgedObject("v1", "Pod", "web", namespace="production").kind
    'Pod'
    """

    api_version: str
    kind: str
    name: str
    """``metadata.name``, or ``metadata.generateName`` followed by ``*``."""
    namespace: str | None = None


@dataclass(frozen=True)
class PolicyUse:
    """A policy that took part, or that was kept out.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> [(policy.name, policy.version) for policy in decision.policies]
    [('production', '2026.11.1')]
    """

    name: str
    digest: str
    mode: Mode
    outcome: Outcome
    version: str | None = None
    excluded_by: str | None = None


@dataclass(frozen=True)
class ExceptionUse:
    """An exception that named a failing rule and this image.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> layout = cocket.EvidenceDirectory("docs/examples/first-look/images")
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> image = "registry.acme.example/shop/orders:5.0.2"
    >>> digest = layout.resolve(image)
    >>> evidence = layout.collect(digest)
    >>> _ = evidence.vouch_file("docs/examples/first-look/reports")
    >>> request = cocket.ImageRequest(image, digest=digest)
    >>> decision = engine.check(request, evidence, now=now)
    >>> [(one.name, one.effect) for one in decision.exceptions]
    [('orders-log4j-context', 'expired'), ('orders-log4shell', 'used')]
    """

    name: str
    rule: str
    effect: Literal["used", "expired", "notEnough"]
    reason: str
    approved_by: str
    ticket: str
    expires: datetime


@dataclass(frozen=True)
class EvidenceRecord:
    """A piece of evidence that was looked at.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> layout = cocket.EvidenceDirectory("docs/examples/first-look/images")
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> image = "registry.acme.example/shop/checkout:2.8.1"
    >>> digest = layout.resolve(image)
    >>> evidence = layout.collect(digest)
    >>> _ = evidence.vouch_file("docs/examples/first-look/reports")
    >>> request = cocket.ImageRequest(image, digest=digest)
    >>> decision = engine.check(request, evidence, now=now)
    >>> for record in decision.evidence:
    ...     print(record.kind, record.authority, record.bound_by)
    signature release manifest
    scan caller manifest
    """

    digest: str
    kind: str
    subject: str | None = None
    bound_by: str | None = None
    authority: str | None = None
    signer: str | None = None
    predicate_type: str | None = None
    """The type of the statement that it holds."""
    stated_at: datetime | None = None
    """The time that the statement states, by which it is ordered."""
    proven_at: datetime | None = None
    verifier: str | None = None
    checks: tuple[str, ...] = ()
    refused: str | None = None
    """Why it was refused, where it was."""


@dataclass(frozen=True)
class Origin:
    """Where an image or an object was found.

    >>> Origin("deploy.yaml", 42, "Deployment/shop").line
    42
    """

    file: str
    line: int | None = None
    object: str = ""
    field: str = ""


class Decision:
    """What was decided about one image or one Kubernetes object, and why.

    It is its canonical JSON (RFC 8785): two decisions are equal where their bytes are, and all
    else is read from them when it is asked for.

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> match decision:
    ...     case cocket.Decision(cocket.Verdict.DENY, [first, *_]):
    ...         print(first.rule, first.reason.code)
    ...     case cocket.Decision(cocket.Verdict.ALLOW | cocket.Verdict.WARN):
    ...         print("may run")
    approved-registries registry.not_allowed
    """

    __match_args__ = ("verdict", "violations")

    def __init__(self, canonical: bytes) -> None:
        """Takes up the bytes that `to_json` gave, or that another language wrote."""
        self._canonical = bytes(canonical)
        self._decided: _native.Decided | None = None
        if "verdict" not in self._value:
            raise ValueError("not a decision")

    @classmethod
    def _of(cls, canonical: bytes, decided: _native.Decided) -> Decision:
        """The core's own bytes, which are read when something in them is asked for."""
        made = cls.__new__(cls)
        made._canonical = canonical
        made._decided = decided
        return made

    @cached_property
    def _value(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = json.loads(self._canonical)
        return value

    @cached_property
    def verdict(self) -> Verdict:
        """What happens to the image."""
        return Verdict(self._value["verdict"])

    @cached_property
    def now(self) -> datetime:
        """The moment it was decided for."""
        return _time.from_text(self._value["now"])

    @cached_property
    def valid_until(self) -> datetime | None:
        """The first moment at which a date in it could change the answer."""
        return _moment(self._value.get("validUntil"))

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
        platforms = tuple(_made(JudgedPlatform, one) for one in value.get("platforms", ()))
        return _made(JudgedImage, value, platforms=platforms)

    @cached_property
    def object(self) -> JudgedObject | None:
        """The Kubernetes object that it is about; `None` where it is about an image."""
        value = self._value.get("object")
        return None if value is None else _made(JudgedObject, value)

    @cached_property
    def policies(self) -> tuple[PolicyUse, ...]:
        """The policies, by name."""
        return tuple(
            _made(PolicyUse, one, mode=Mode(one["mode"]), outcome=Outcome(one["outcome"]))
            for one in self._value["policies"]
        )

    @cached_property
    def results(self) -> tuple[RuleResult, ...]:
        """The rules, by policy and id."""
        return tuple(_result(one) for one in self._value["results"])

    @cached_property
    def general(self) -> tuple[Reason, ...]:
        """Reasons that belong to no rule: an unreadable name, or nothing that covers the image."""
        return tuple(_reason(one) for one in self._value.get("general", ()))

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
            _made(ExceptionUse, one, expires=_time.from_text(one["expires"]))
            for one in self._value.get("exceptions", ())
        )

    @cached_property
    def evidence(self) -> tuple[EvidenceRecord, ...]:
        """Evidence that was looked at, by digest."""
        return tuple(
            _made(
                EvidenceRecord,
                one,
                proven_at=_moment(one.get("provenAt")),
                stated_at=_moment(one.get("statedAt")),
            )
            for one in self._value.get("evidence", ())
        )

    @cached_property
    def origin(self) -> Origin | None:
        """Where the image or object was found, if that was in a text of Kubernetes objects."""
        value = self._value.get("origin")
        return None if value is None else _made(Origin, value)

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

    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies.from_file("docs/examples/first-look/policy"))
    >>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    >>> decision = engine.check("docker.io/library/nginx:latest", now=now)
    >>> print(cocket.report("table", [decision]).splitlines()[0])
    DENY   docker.io/library/nginx:latest

    Raises `RequestError` for another format, and for a decision that was taken up from its bytes
    or from a pickle: those hold what a person reads, and not what reports are made of.
    """
    held = []
    for position, decision in enumerate(decisions):
        if decision._decided is None:
            message = "the decision was taken up from its bytes, of which no report can be made"
            raise RequestError([Fault("request", message, path=f"/decisions/{position}")])
        held.append(decision._decided)
    return _native.report(format, held)


@dataclass(frozen=True)
class Explanation:
    """What a reason's code means.

    >>> explain("signature.missing").title
    'the image has no signature'
    """

    code: str
    title: str
    kind: Literal["pass", "fail"]
    """Whether it satisfies a rule, or fails it."""
    remedy: str
    """What to do; empty for ``pass``."""


def explain(code: str) -> Explanation:
    """What a reason's code means.

    >>> explain("registry.not_allowed").kind
    'fail'

    Raises `RequestError` for what is no code of the catalogue.
    """
    known = _native.explain(code)
    if known is None:
        message = f"`{code}` is not in the catalogue"
        raise RequestError([Fault("request", message, path="/code")])
    title, kind, remedy = known
    return Explanation(code, title, kind, remedy)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else _time.from_text(text)


def _result(value: Mapping[str, Any]) -> RuleResult:
    counts, findings = value.get("counts"), value.get("findings")
    return _made(
        RuleResult,
        value,
        outcome=Outcome(value["outcome"]),
        mode=Mode(value["mode"]),
        reasons=tuple(_reason(one) for one in value["reasons"]),
        counts=None if counts is None else _made(Counts, counts),
        findings=None if findings is None else _findings(findings),
    )


def _findings(value: Mapping[str, Any]) -> Findings:
    lists = {
        _snake(name): FindingList(tuple(_made(Finding, one) for one in some["items"]), some["more"])
        for name, some in value.items()
    }
    return Findings(**lists)


def _reason(value: Mapping[str, Any]) -> Reason:
    return _made(Reason, value)


def _made(cls: type[_T], value: Mapping[str, Any], **converted: Any) -> _T:
    """A dataclass from a JSON object with the same members in camel case."""
    plain = {
        _snake(name): tuple(member) if isinstance(member, list) else member
        for name, member in value.items()
    }
    return cls(**{**plain, **converted})


def _snake(name: str) -> str:
    if name.islower():
        return name
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
