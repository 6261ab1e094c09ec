"""The engine: policies, compiled once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from . import _native, _time
from ._admission import Admission
from ._bytes import BytesLike, text_bytes
from ._decision import Decision, reason_of
from ._errors import Fault, raise_for
from ._evidence import Evidence
from ._objects import Objects, Review, Unjudged, objects_of
from ._policies import Policies
from ._reasons import Verdict
from ._verifiers import Diagnostic, Diagnostics, Verifier, adapted


@dataclass(frozen=True)
class ImageRequest:
    """The image that a decision is asked about.

    >>> ImageRequest("registry.example.com/app:1.0", namespace="production").namespace
    'production'
    """

    image: str
    """The reference as the workload gives it."""
    digest: str | None = None
    """The digest that the reference resolved to, where it does not name one itself."""
    parent: str | None = None
    """The index by which the caller came to the image: its signature covers what it lists."""
    namespace: str | None = None
    namespace_labels: Mapping[str, str] | None = None
    """The namespace's labels, where the caller knows them."""
    admission: bool = False
    """Whether the image will be pulled by the name given, as after admission."""
    kind: str | None = None
    """The kind of the object that names it, such as `Deployment`; None: rules about every kind hold."""
    owner_labels: Mapping[str, str] | None = None
    """The labels of that object's owner, where the caller knows them."""


@dataclass(frozen=True)
class RecordedStatement:
    """The latest statement of a type that was seen from an authority about a digest. Decisions tell
    its time as ``statedAt`` of their evidence.

    >>> digest = "sha256:" + 64 * "0"
    >>> RecordedStatement(digest, "scanner", "https://example.com/scan/v1", now).authority
    'scanner'
    """

    subject: str
    """What it is about."""
    authority: str
    """The authority's name in the policy."""
    predicate_type: str
    """The URI of its type."""
    at: datetime
    """The time that it states."""


class History:
    """What was recorded before: the digest of a tag by ``host/path:tag``, when a vulnerability was
    first seen, by its id, and the latest statements: an older one, or none, is
    ``evidence.rollback``.

    >>> History(tags={"registry.example.com/app:1.0": "sha256:" + 64 * "0"})
    History(tags=1, first_seen=0, statements=0)
    """

    __slots__ = ("_first_seen", "_native", "_statements", "_tags")

    def __init__(
        self,
        tags: Mapping[str, str] | None = None,
        first_seen: Mapping[str, datetime] | None = None,
        statements: Iterable[RecordedStatement] = (),
    ) -> None:
        """Raises `RequestError` for what is no digest and for naive datetimes."""
        self._tags = MappingProxyType(dict(tags or {}))
        self._first_seen = MappingProxyType(dict(first_seen or {}))
        self._statements = tuple(statements)
        listed = [
            (one["subject"], one["authority"], one["type"], one["at"])
            for one in _listed(self._statements)
        ]
        self._native = _native.History(dict(self._tags), _texts(self._first_seen), listed)

    @property
    def tags(self) -> Mapping[str, str]:
        """The digest recorded for a tag."""
        return self._tags

    @property
    def first_seen(self) -> Mapping[str, datetime]:
        """When a vulnerability was first seen."""
        return self._first_seen

    @property
    def statements(self) -> tuple[RecordedStatement, ...]:
        """The latest statements that were seen."""
        return self._statements

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, History):
            return NotImplemented
        return self._parts() == other._parts()

    def __hash__(self) -> int:
        tags, first_seen, statements = self._parts()
        return hash((frozenset(tags.items()), frozenset(first_seen.items()), statements))

    def __repr__(self) -> str:
        tags, first_seen, statements = map(len, self._parts())
        return f"History(tags={tags}, first_seen={first_seen}, statements={statements})"

    def __reduce__(self) -> tuple[Any, ...]:
        return History, (dict(self._tags), dict(self._first_seen), self._statements)

    def _parts(
        self,
    ) -> tuple[Mapping[str, str], Mapping[str, datetime], tuple[RecordedStatement, ...]]:
        return self._tags, self._first_seen, self._statements

    def _recorded(self) -> dict[str, Any]:
        """As a request holds it."""
        return {
            "tags": dict(self._tags),
            "firstSeen": _texts(self._first_seen),
            "statements": _listed(self._statements),
        }


def _listed(statements: Iterable[RecordedStatement]) -> list[dict[str, str]]:
    return [
        {
            "subject": one.subject,
            "authority": one.authority,
            "type": one.predicate_type,
            "at": _time.to_text(one.at, "statements/at"),
        }
        for one in statements
    ]


def _texts(moments: Mapping[str, datetime]) -> dict[str, str]:
    return {name: _time.to_text(one, f"first_seen/{name}") for name, one in moments.items()}


@dataclass(frozen=True)
class CacheStatistics:
    """What an engine's cache of verification results did so far. No decision depends on it.

    >>> CacheStatistics(hits=3, misses=1, entries=1, capacity=4096, oldest=None).hits
    3
    """

    hits: int
    """How many results were found again."""
    misses: int
    """How many had to be worked out."""
    entries: int
    """How many are kept."""
    capacity: int
    """How many are kept at most."""
    oldest: datetime | None
    """The earliest `now` for which a kept result was worked out."""


class Engine:
    """Compiled policies, for any number of threads.

    Making one is the slow part; keep it. Where it is pickled, the policies' texts and the
    verifiers travel, and it is compiled again on the other side.

    >>> from datetime import datetime, timezone
    >>> engine = Engine(Policies.from_file("docs/examples/first-look/policy"))
    >>> decision = engine.check("docker.io/library/nginx:latest", now=datetime.now(timezone.utc))
    >>> decision.verdict
    <Verdict.DENY: 'deny'>
    """

    __slots__ = ("_diagnostics", "_listing", "_native", "_policies", "_verifiers")

    def __init__(
        self,
        policies: Policies,
        *,
        verifiers: Mapping[str, Verifier] | None = None,
        listing: int | None = None,
        cache_of: Engine | None = None,
    ) -> None:
        """Compiles `policies`, with verifiers by the names that the policies call them.
        `listing` is how many findings of each kind a decision lists; `cache_of` is an engine whose
        cache of verification results this one shares, such as the one whose place it takes after
        policies have changed.

        Raises `PolicyError` for what the loader cannot see, such as a verifier that is not given.
        """
        self._policies = policies
        self._verifiers = MappingProxyType(dict(verifiers or {}))
        self._listing = listing
        self._diagnostics: Diagnostics[Diagnostic] = Diagnostics()
        called = adapted(self._verifiers, self._diagnostics)
        shared = None if cache_of is None else cache_of._native
        self._native: _native.Engine = _native.Engine(policies._native, called, listing, shared)

    @property
    def policies(self) -> Policies:
        """The policies."""
        return self._policies

    @property
    def policies_digest(self) -> str:
        """The digest of the policies' canonical model."""
        return self._native.policies_digest()

    @property
    def cache_statistics(self) -> CacheStatistics:
        """What is kept of verifications."""
        hits, misses, entries, capacity, since = self._native.cache_statistics()
        oldest = None if since is None else _time.from_text(since)
        return CacheStatistics(hits, misses, entries, capacity, oldest)

    def check(
        self,
        image: ImageRequest | str,
        evidence: Evidence | None = None,
        *,
        now: datetime,
        history: History | None = None,
    ) -> Decision:
        """Decides on one image. The same arguments give the same decision, byte for byte.

        Raises `RequestError` for a naive `now` and for what is no digest. An image that cannot be
        told is no error: it is denied.
        """
        asked = ImageRequest(image) if isinstance(image, str) else image
        if not isinstance(asked, ImageRequest):
            raise TypeError(f"`image` must be text or an ImageRequest, not {type(image).__name__}")
        labels = asked.namespace_labels
        decided = self._native.check(
            asked.image,
            asked.digest,
            asked.parent,
            asked.kind,
            asked.namespace,
            None if labels is None else dict(labels),
            None if asked.owner_labels is None else dict(asked.owner_labels),
            asked.admission,
            (evidence or _NOTHING)._native,
            (history or _UNRECORDED)._native,
            _time.to_text(now, "now"),
        )
        return Decision._of(None, decided)

    def objects(self, text: str | BytesLike, name: str = "objects.yaml") -> Objects:
        """What Kubernetes objects in YAML or JSON would run; faults call the text `name`. The kinds
        that the policy set declares are workloads too.

        Raises `RequestError`, with line and column, for a text that cannot be read.
        """
        return objects_of(_told(self._native.objects(name, text_bytes(text))))

    def review_images(self, review: str | BytesLike) -> tuple[str, ...]:
        """The images that the object of an `AdmissionReview` would run, each once, sorted: what
        evidence is wanted about before `admit`. A malformed review has none."""
        told = _told(self._native.review_images(text_bytes(review)))
        return objects_of(told).images

    def check_objects(
        self,
        objects: Mapping[str, str | BytesLike],
        evidence: Evidence | None = None,
        *,
        now: datetime,
        history: History | None = None,
        namespace: str | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        owner_labels: Mapping[str, str] | None = None,
        object_namespaces: bool = False,
        admission: bool = False,
        resolved: Mapping[str, str] | None = None,
    ) -> Review:
        """Decides on every image that Kubernetes objects would run.

        `objects` are texts in YAML or JSON by file name. `namespace` is the one that they would
        run in; with `object_namespaces` you vouch for those that they name themselves. `resolved`
        gives the digests that references stand for.

        Raises `RequestError`, with file and line, for a text that cannot be read, for an object
        that seems to carry pods in a kind that is not known, and where there is no image at all.
        """
        texts = [{"name": name, "text": _text(name, text)} for name, text in objects.items()]
        context = {
            "objects": texts,
            "namespace": namespace,
            "namespaceLabels": None if namespace_labels is None else dict(namespace_labels),
            "ownerLabels": None if owner_labels is None else dict(owner_labels),
            "objectNamespaces": object_namespaces,
            "admission": admission,
            "resolved": dict(resolved or {}),
        }
        past = history or _UNRECORDED
        moment = _time.to_text(now, "now")
        request = {
            "op": "check",
            "context": context,
            "history": past._recorded(),
            "now": moment,
        }
        asked = json.dumps(request).encode()
        return _review(*self._native.review(asked, (evidence or _NOTHING)._native))

    def admit(
        self,
        review: str | BytesLike,
        evidence: Evidence | None = None,
        *,
        now: datetime,
        history: History | None = None,
        namespace_labels: Mapping[str, str] | None = None,
        owner_labels: Mapping[str, str] | None = None,
        resolved: Mapping[str, str] | None = None,
        pin: bool = False,
        covered: Iterable[str] = (),
    ) -> Admission:
        """Answers an `AdmissionReview`, given as the API server sent it. A malformed one is denied.

        `namespace_labels` are those of the request's namespace, `owner_labels` those of what owns the
        object, such as the ``Deployment`` of a pod; `resolved` gives the digests that
        references stand for. With `pin`, names by tag are completed with them, as only a mutating
        webhook may answer. On ``UPDATE`` an image that an earlier admission covers (its `coverage`)
        is not judged again where it stands unchanged.

        Raises `RequestError` for a naive `now` and for what is no digest.
        """
        past = history or _UNRECORDED
        request = {
            "op": "admit",
            "context": {
                "namespaceLabels": None if namespace_labels is None else dict(namespace_labels),
                "ownerLabels": None if owner_labels is None else dict(owner_labels),
                "resolved": dict(resolved or {}),
                "pin": pin,
            },
            "history": {**past._recorded(), "covered": list(covered)},
            "now": _time.to_text(now, "now"),
        }
        asked = json.dumps(request).encode()
        held = (evidence or _NOTHING)._native
        return _admission(*self._native.admit(asked, text_bytes(review), held))

    def answer(self, request: bytes, evidence: Evidence | None = None) -> bytes:
        """Answers a wire request that has no policies and no evidence of its own: those of this
        engine and `evidence` hold. Never raises for what the request holds: the answer says it.
        """
        return self._native.answer(request, (evidence or _NOTHING)._native)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The newest hundred exceptions in verifiers, with their tracebacks, oldest first. They
        also go to the logger ``cocket.verifier``; decisions only say that there was one."""
        return self._diagnostics.all()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Engine):
            return NotImplemented
        own = (self._policies, self._verifiers, self._listing)
        return own == (other._policies, other._verifiers, other._listing)

    def __hash__(self) -> int:
        return hash((self._policies, self._listing))

    def __repr__(self) -> str:
        verifiers = f", verifiers={sorted(self._verifiers)}" if self._verifiers else ""
        return f"Engine({self._policies!r}{verifiers})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _compiled, (self._policies, dict(self._verifiers), self._listing)


_NOTHING = Evidence()
_UNRECORDED = History()


def _compiled(
    policies: Policies, verifiers: Mapping[str, Verifier], listing: int | None
) -> Engine:
    return Engine(policies, verifiers=verifiers, listing=listing)


def _text(name: str, text: str | BytesLike) -> str:
    try:
        return text_bytes(text).decode()
    except UnicodeDecodeError as error:
        raise_for([Fault("object", f"not UTF-8: {error.reason}", name)])
        raise


def _told(answer: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(answer)
    if value["answer"] == "error":
        raise_for(Fault(**fault) for fault in value["errors"])
    return value


def _review(answer: bytes, decided: list[_native.Decided]) -> Review:
    value = _told(answer)
    texts = _decisions(answer.decode())
    return Review(
        verdict=Verdict(value["verdict"]),
        decisions=tuple(
            Decision._of(text, native) for text, native in zip(texts, decided, strict=True)
        ),
        unjudged=tuple(Unjudged(**one) for one in value.get("unjudged", ())),
        _answer=answer,
    )


def _admission(answer: bytes, response: bytes, decided: list[_native.Decided]) -> Admission:
    value = _told(answer)
    return Admission(
        verdict=Verdict(value["verdict"]),
        response=response,
        decisions=tuple(
            Decision._of(text, native)
            for text, native in zip(_decisions(answer.decode()), decided, strict=True)
        ),
        reasons=tuple(reason_of(one) for one in value.get("reasons", ())),
        coverage=frozenset(value.get("coverage", ())),
        _answer=answer,
    )


def _decisions(answer: str) -> Iterable[bytes]:
    """The decisions of an answer, each as its own bytes, as they stand in it."""
    decoder = json.JSONDecoder()
    # Before them stand at most digests, which hold no text of anyone's.
    start = '"decisions":['
    at = answer.index(start) + len(start)
    while answer[at] != "]":
        at += answer[at] == ","
        _, end = decoder.raw_decode(answer, at)
        yield answer[at:end].encode()
        at = end
