"""One authority, and what hangs beside one image or file: each check that was made."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from . import _time
from ._bytes import BytesLike, plain_bytes
from ._errors import CocketError, Fault, InternalError, PolicyError, RequestError
from ._evidence import Evidence
from ._policies import Policies

_NOTHING = Evidence()


@dataclass(frozen=True)
class Check:
    """One check of a document.

    >>> Check("signature", True, "ecdsa-p256-sha256").passed
    True
    """

    check: str
    """Such as ``subject``, ``identity``, ``signature``, ``time``, ``log`` or ``content``."""
    passed: bool
    """Whether it is as it should be; only what is proven is."""
    found: str | None = None


@dataclass(frozen=True)
class Cause:
    """Why nothing is verified: the refusal of the document that came furthest.

    >>> Cause("document", "no signed document stands beside it").document is None
    True
    """

    check: str
    message: str
    document: str | None = None
    """The digest of the document; `None` where there is none."""


@dataclass(frozen=True)
class ExaminedDocument:
    """One document, and what was checked of it.

    >>> checks = (Check("document", True), Check("signature", False, "no key made it"))
    >>> ExaminedDocument("sha256:" + 64 * "0", "text/plain", checks).verified
    False
    """

    digest: str
    form: str
    """The media type that its form has."""
    checks: tuple[Check, ...]
    """In their order, the failed one last."""
    claimed_type: str | None = None
    """The predicate type that it claims, proven or not."""
    signer: str | None = None
    """Who signed it, where that is proven."""
    proven_at: datetime | None = None
    """When it provably existed."""

    @property
    def verified(self) -> bool:
        """Whether every check passed."""
        return bool(self.checks) and all(one.passed for one in self.checks)


@dataclass(frozen=True)
class Examination:
    """What `examine` found.

    >>> found = cocket.examine(engine.policies, "release", artifact=b"a file", now=now)
    >>> found.verified, found.cause.message
    (False, 'no signed document stands beside it')
    """

    verified: bool
    """Whether a document is verified and says what was asked."""
    digest: str
    """What the documents have to be about."""
    image: str | None
    """The image's reference; `None` for a file."""
    authority: str
    content: str
    """``signature``, a predicate type, or ``any``."""
    now: datetime
    documents: tuple[ExaminedDocument, ...]
    cause: Cause | None
    """Why nothing is verified; `None` where something is."""
    not_asked: tuple[str, ...]
    """What was not asked for, where a reader might think that it was."""
    gaps: tuple[str, ...]
    """What should have been read and was not."""
    cut: bool
    """More is attached than is looked at."""
    _answer: bytes = field(repr=False, compare=False)

    def to_json(self) -> bytes:
        """The wire answer, byte for byte."""
        return self._answer


def examine(
    policies: Policies,
    authority: str,
    evidence: Evidence | None = None,
    *,
    now: datetime,
    image: str | None = None,
    digest: str | None = None,
    artifact: BytesLike | None = None,
    policy: str | None = None,
    content: str | None = None,
    annotations: Mapping[str, str] | None = None,
    signed_identity: str | Mapping[str, Any] | None = None,
    signed_hash: Literal["sha256", "sha384", "sha512"] | None = None,
) -> Examination:
    """Verifies everything in `evidence` for one authority of `policies`, as an engine does, and
    tells each check. It decides on nothing: rules are not looked at.

    The target is an `image` with its `digest` (also inside the reference), or a file, by its
    content `artifact` or by its `digest` alone. `content` is a predicate type or one of cosign's
    names for one, or ``any``; without it an approval is asked for. `policy` names the policy where
    several have such an authority. `signed_identity` is as in a policy; `signed_hash` is the one that
    was signed, where only one kind counts.

    Raises `RequestError` for what cannot be asked, `PolicyError` where the authority cannot be
    used.

    >>> image = "registry.acme.example/shop/checkout:2.8.1"
    >>> digest = layout.resolve(image)
    >>> beside = layout.collect(digest)
    >>> found = examine(engine.policies, "release", beside, image=image, digest=digest, now=now)
    >>> [one.check for one in found.documents[0].checks]
    ['document', 'subject', 'signature', 'key', 'content', 'repository']
    """
    file = None if artifact is None else base64.b64encode(plain_bytes(artifact)).decode()
    target = {"image": image, "digest": digest, "artifact": file}
    identity = dict(signed_identity) if isinstance(signed_identity, Mapping) else signed_identity
    asked = {
        "authority": authority,
        "policy": policy,
        "target": _given(target),
        "type": content,
        "annotations": None if annotations is None else dict(annotations),
        "signedIdentity": identity,
        "signedHash": signed_hash,
    }
    request = {"op": "verify", "now": _time.to_text(now, "now"), "verify": _given(asked)}
    answer = policies._native.examine(
        json.dumps(request).encode(), (evidence or _NOTHING)._native
    )
    return _examination(answer)


def _given(members: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}


def _examination(answer: bytes) -> Examination:
    told = json.loads(answer)
    if told["answer"] == "error":
        raise _error([Fault(**one) for one in told["errors"]])
    cause = told.get("cause")
    return Examination(
        told["verified"],
        told["target"]["digest"],
        told["target"].get("image"),
        told["authority"],
        told["content"],
        _time.from_text(told["now"]),
        tuple(_document(one) for one in told["documents"]),
        None if cause is None else Cause(cause["check"], cause["message"], cause.get("document")),
        tuple(told.get("notAsked", ())),
        tuple(told.get("gaps", ())),
        told["cut"],
        answer,
    )


def _error(faults: list[Fault]) -> CocketError:
    kind = faults[0].kind
    if kind == "internal":
        return InternalError(faults)
    return PolicyError(faults) if kind.startswith("policy") else RequestError(faults)


def _document(one: Mapping[str, Any]) -> ExaminedDocument:
    checks = (Check(c["check"], c["passed"], c.get("found")) for c in one["checks"])
    proven = one.get("provenAt")
    return ExaminedDocument(
        one["digest"],
        one["form"],
        tuple(checks),
        one.get("claimedType"),
        one.get("signer"),
        None if proven is None else _time.from_text(proven),
    )
