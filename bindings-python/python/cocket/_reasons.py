"""Verdicts, outcomes, and the reasons for them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Literal

from . import _native
from ._errors import Fault, RequestError


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

    >>> decision = judged("docker.io/library/nginx:latest")
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

    >>> decision = judged("docker.io/library/nginx:latest")
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
