"""Verifiers of signatures and of attestations that a program supplies."""

from __future__ import annotations

import logging
import threading
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar, Union, runtime_checkable

from . import _time

_LOG = logging.getLogger("cocket.verifier")

MAX_DIAGNOSTICS = 100
"""How many diagnostics an engine keeps: the newest."""


@dataclass(frozen=True)
class Signature:
    """One signature over signed bytes.

    >>> Signature(None, b"30450221").keyid is None
    True
    """

    keyid: str | None
    """The key that it claims to be of; a hint that anyone can set."""
    signature: bytes


@dataclass(frozen=True)
class SignedMaterial:
    """What a verifier has to check.

    >>> SignedMaterial("detached", b"{}", (Signature(None, b"signature"),)).bundle is None
    True
    """

    kind: str
    """``detached``, ``envelope`` (DSSE) or ``bundle`` (Sigstore, around an envelope)."""
    signed: bytes
    """The signed bytes: the payload, or an envelope's pre-authentication encoding."""
    signatures: tuple[Signature, ...]
    """The signatures; one good one is enough."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """The annotations beside them, where cosign keeps certificates and log entries."""
    bundle: bytes | None = None
    """The bundle's own bytes, for ``bundle``."""


@dataclass(frozen=True)
class VerifierCall:
    """What a verifier is asked.

    >>> from datetime import datetime, timezone
    >>> material = SignedMaterial("detached", b"{}", (Signature(None, b"signature"),))
    >>> call = VerifierCall("sha256:" + 64 * "0", "device", datetime.now(timezone.utc), material)
    >>> call.authority
    'device'
    """

    subject: str
    """The digest that is judged."""
    authority: str
    """The authority's name in the policy."""
    now: datetime
    """The moment that the decision is for."""
    material: SignedMaterial


@dataclass(frozen=True)
class AttestationCall:
    """What a verifier of attestations is asked.

    >>> from datetime import datetime, timezone
    >>> material = SignedMaterial("envelope", b"DSSEv1", (Signature(None, b"signature"),))
    >>> subject, now = "sha256:" + 64 * "0", datetime.now(timezone.utc)
    >>> AttestationCall(subject, "farm", now, material, "https://acme.example/v1", "{}").predicate
    '{}'
    """

    subject: str
    """The digest that is judged."""
    authority: str
    """The authority's name in the policy."""
    now: datetime
    """The moment that the decision is for."""
    material: SignedMaterial
    predicate_type: str
    """The type of the statement's predicate, as claimed."""
    predicate: str
    """The predicate as JSON text, as claimed."""


@dataclass(frozen=True)
class Signer:
    """Who signed, when it was provably signed, and what was checked.

    >>> Signer("acme", checks=("pkcs11",))
    Signer(id='acme', proven_at=None, checks=('pkcs11',))
    """

    id: str
    """The signer, spelled so that one signer has one spelling; not empty."""
    proven_at: datetime | None = None
    """The signature existed at this time; `None` where nothing proves a time."""
    checks: tuple[str, ...] = ()
    """What was checked, such as ``ecdsa-p256-sha256``."""


class Refused(Exception):
    """Raised by a verifier that could not do its work, with words that the decision repeats.
    Give the same words for the same cause: a decision has to be the same each time.

    >>> class Device:
    ...     id = "acme-device/2"
    ...
    ...     def verify(self, call: VerifierCall) -> Signer | None:
    ...         raise Refused("the device is locked")
    >>> isinstance(Device(), SignatureVerifier)
    True
    """


@runtime_checkable
class SignatureVerifier(Protocol):
    """Verifies signatures for the authorities that say ``verifier: {name: …}``.

    It answers for the signature alone; what the document says, and about which image, the engine
    compares itself. It may be called from several threads at once. It may have a method
    ``dates()`` that gives the moments at which its answers may change; `id` and ``dates()`` are
    read once, when the engine is made.

    >>> class Device:
    ...     id = "acme-device/2"
    ...
    ...     def verify(self, call: VerifierCall) -> Signer | None:
    ...         good = any(one.signature == b"good" for one in call.material.signatures)
    ...         return Signer("acme") if good else None
    >>> isinstance(Device(), SignatureVerifier)
    True
    """

    @property
    def id(self) -> str:
        """Name and version, recorded in decisions."""
        ...

    def verify(self, call: VerifierCall) -> Signer | None:
        """Who signed the material; `None` where no signature of the authority is on it. An
        exception is a refusal."""
        ...


@runtime_checkable
class AttestationVerifier(Protocol):
    """Verifies attestations for the authorities that say ``verifier: {name: …}``, and nothing
    else: such an authority never approves of an image, whatever its verifier answers.

    It sees the statement beside its signatures and says who made it; what the statement has to say
    is the policy's business. The rest is as for `SignatureVerifier`.

    >>> class Farm:
    ...     id = "acme-farm/1"
    ...
    ...     def verify_attestation(self, call: AttestationCall) -> Signer | None:
    ...         return Signer("acme") if '"build": 7' in call.predicate else None
    >>> isinstance(Farm(), AttestationVerifier)
    True
    """

    @property
    def id(self) -> str:
        """Name and version, recorded in decisions."""
        ...

    def verify_attestation(self, call: AttestationCall) -> Signer | None:
        """Who made the statement; `None` where this authority did not. An exception is a
        refusal."""
        ...


Verifier = Union[SignatureVerifier, AttestationVerifier]
"""A verifier that an engine takes."""


@dataclass(frozen=True)
class Diagnostic:
    """An exception in a verifier, which is in no decision.

    >>> Diagnostic("acme-device", "device", "sha256:" + 64 * "0", "Traceback …").verifier
    'acme-device'
    """

    verifier: str
    """The name that policies call it by."""
    authority: str
    subject: str
    traceback: str


_Noted = TypeVar("_Noted")


class Diagnostics(Generic[_Noted]):
    """The newest diagnostics of one engine, or of one set of policies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[_Noted] = deque(maxlen=MAX_DIAGNOSTICS)

    def add(self, diagnostic: _Noted) -> None:
        with self._lock:
            self._kept.append(diagnostic)

    def all(self) -> tuple[_Noted, ...]:
        with self._lock:
            return tuple(self._kept)


_Answer = tuple["tuple[str, str | None, list[str]] | None", "str | None"]


class Adapter:
    """Between the native side and a verifier: it turns whatever that one does into an answer."""

    def __init__(self, name: str, verifier: Verifier, diagnostics: Diagnostics[Diagnostic]) -> None:
        self._name = name
        self._verifier = verifier
        self._diagnostics = diagnostics

    def __call__(
        self,
        subject: str,
        authority: str,
        now: str,
        material: tuple[
            str, bytes, tuple[tuple[str | None, bytes], ...], dict[str, str], bytes | None
        ],
        stated: tuple[str, str] | None,
    ) -> _Answer:
        kind, signed, signatures, annotations, bundle = material
        try:
            each = tuple(Signature(keyid, signature) for keyid, signature in signatures)
            asked = SignedMaterial(kind, signed, each, annotations, bundle)
            moment = _time.from_text(now)
            if stated is None:
                call = VerifierCall(subject, authority, moment, asked)
                return _answer(self._verifier.verify(call))  # type: ignore[union-attr]
            about = AttestationCall(subject, authority, moment, asked, *stated)
            return _answer(self._verifier.verify_attestation(about))  # type: ignore[union-attr]
        except Refused as refused:
            return None, str(refused) or "it refused"
        except KeyboardInterrupt:
            raise
        except BaseException as failed:
            self._note(authority, subject, failed)
            return None, "it gave no answer"

    def _note(self, authority: str, subject: str, failed: BaseException) -> None:
        text = "".join(traceback.format_exception(type(failed), failed, failed.__traceback__))
        self._diagnostics.add(Diagnostic(self._name, authority, subject, text))
        message = "the verifier `%s` raised an exception for %s"
        _LOG.error(message, self._name, subject, exc_info=failed)


def _answer(signer: object) -> _Answer:
    if signer is None:
        return None, None
    if not isinstance(signer, Signer):
        raise TypeError(f"a verifier gives a Signer or None, not {type(signer).__name__}")
    if not isinstance(signer.id, str) or not all(isinstance(one, str) for one in signer.checks):
        raise TypeError("a signer's id and checks are text")
    proven_at = signer.proven_at
    proven = None if proven_at is None else _time.to_text(proven_at, "proven_at")
    return (signer.id, proven, list(signer.checks)), None


def adapted(
    verifiers: Mapping[str, Verifier], diagnostics: Diagnostics[Diagnostic]
) -> dict[str, tuple[str, Adapter, list[str], bool]]:
    """What the native engine takes; a verifier that is none is refused here."""
    made = {}
    for name, verifier in verifiers.items():
        attests = isinstance(verifier, AttestationVerifier)
        # Which of the two was meant would decide whether it can approve of an image.
        if attests == isinstance(verifier, SignatureVerifier):
            raise TypeError(
                f"the verifier `{name}` needs an `id`, and a method `verify` or one "
                "`verify_attestation`, not both"
            )
        if not isinstance(verifier.id, str) or not verifier.id:
            raise TypeError(f"the `id` of the verifier `{name}` must be text that is not empty")
        dates: Sequence[datetime] = getattr(verifier, "dates", tuple)()
        texts = [_time.to_text(date, f"verifiers/{name}/dates") for date in dates]
        made[name] = (verifier.id, Adapter(name, verifier, diagnostics), texts, attests)
    return made
