"""What decisions are about, and what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from ._reasons import Mode, Outcome


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

    >>> decision = judged("docker.io/library/nginx:latest")
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

    >>> decision = judged("docker.io/library/nginx:latest")
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

    >>> decision = judged("registry.acme.example/shop/orders:5.0.2")
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

    >>> decision = judged("registry.acme.example/shop/checkout:2.8.1")
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
