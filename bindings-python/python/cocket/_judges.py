"""Judges of whole Kubernetes objects that a program supplies."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from . import _time
from ._reasons import Mode
from ._verifiers import Diagnostics, Refused

_LOG = logging.getLogger("cocket.judge")

_OPTIONAL = ("authorities", "signed", "evidence", "equivalent")


@dataclass(frozen=True)
class SignedImage:
    """What came of a judge's question about one image: `documents`, `statements`, or why there are
    none.

    >>> SignedImage("nginx:1", "release", unknown="its digest is not known").documents
    ()
    """

    image: str
    """The reference as the object names it."""
    authority: str
    predicate_type: str | None = None
    """The type of statement that was asked for; `None` where approvals were."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """What an approval must have been annotated with."""
    documents: tuple[str, ...] = ()
    """The digests of what approves of the image."""
    statements: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """The statements, each with the digest of the document around it."""
    refused: str | None = None
    """Why nothing at hand counts."""
    unknown: str | None = None
    """Why it cannot be told."""


@dataclass(frozen=True)
class ObjectCase:
    """What a judge is asked.

    >>> from datetime import datetime, timezone
    >>> case = ObjectCase({"kind": "Pod"}, "CREATE", now=datetime.now(timezone.utc))
    >>> case.object["kind"], case.images
    ('Pod', ())
    """

    object: Mapping[str, Any]
    """The whole object."""
    operation: str
    """What is done to it: ``CREATE``, ``UPDATE``, ``DELETE`` or ``CONNECT``."""
    now: datetime
    """The moment that the decision is for."""
    old: Mapping[str, Any] | None = None
    """What it replaces, where that is known."""
    subresource: str = ""
    """The part of it that is written to; empty for the object itself."""
    username: str | None = None
    """Who asks, where that is known."""
    groups: tuple[str, ...] = ()
    """The groups of who asks."""
    namespace: str | None = None
    """The namespace of the request; the object's own claim stands in `object`."""
    namespace_labels: Mapping[str, str] | None = None
    owner_labels: Mapping[str, str] | None = None
    images: tuple[str, ...] = ()
    """The references of its images as written, also in kinds that the policy set declares."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """The digests that references stand for."""
    signed: tuple[SignedImage, ...] = ()
    """What came of the judge's questions, for each image."""
    evidence: Mapping[str, Any] | None = None
    """Everything at hand, unverified, for a judge that asks for it: ``blobs``, ``attached``,
    ``vouched`` and ``gaps``; data is base64."""


@dataclass(frozen=True)
class ObjectResult:
    """How one rule of a judge came out.

    >>> ObjectResult("host-network", "fail", "hostNetwork is true").mode
    'enforce'
    """

    rule: str
    outcome: Literal["pass", "fail", "skip", "excepted", "error"]
    message: str = ""
    mode: Mode | Literal["enforce", "warn", "audit"] = "enforce"
    """The weight that it has here."""
    severity: Literal["low", "medium", "high", "critical"] | None = None
    controls: Sequence[str] = ()
    """Controls that the rule serves."""
    evidence: Sequence[str] = ()
    """Digests that it rests on, beside those that `ObjectCase.signed` names."""
    refused: Sequence[str] = ()
    """Why signatures did not count that the rule asked for."""
    notes: Sequence[tuple[str, str]] = ()
    """Peculiarities that mattered, each a stable name and what it did."""


@dataclass(frozen=True)
class ObjectAnswer:
    """What a judge answers: no results where it is not about the object.

    >>> ObjectAnswer([ObjectResult("host-network", "pass")]).excluded_by is None
    True
    """

    results: Sequence[ObjectResult]
    excluded_by: str | None = None
    """What keeps an object away that the judge would be about."""
    valid_until: datetime | None = None
    """The first moment at which the answer could change; one that has passed is no answer."""


@runtime_checkable
class ObjectJudge(Protocol):
    """Judges whole Kubernetes objects, beside the policies that it is loaded with.

    It may be called from several threads at once, and gives the same answer about the same case. An
    exception is an error of each of its rules, which denies; `Refused` also puts its words into
    the decision. What it says of itself is read once. It may have further members:
    ``authorities``, as in an ``ImagePolicy``, with ``signed``, what is asked of them about each
    image (``authority`` with ``annotations``, or with ``predicateType``); ``evidence``, `True`
    where it wants to see everything at hand; and ``equivalent``, the ``ImagePolicy`` that decides
    as it does.

    >>> class NoHostNetwork:
    ...     name, id, rules = "pods", "acme-pods/1", ("host-network",)
    ...
    ...     def judge(self, case: ObjectCase) -> ObjectAnswer:
    ...         has = case.object.get("spec", {}).get("hostNetwork", False)
    ...         outcome = "fail" if has else "pass"
    ...         return ObjectAnswer([ObjectResult("host-network", outcome)])
    >>> import cocket
    >>> from datetime import datetime, timezone
    >>> engine = cocket.Engine(cocket.Policies([], judges=[NoHostNetwork()]))
    >>> pod = '''
    ... apiVersion: v1
    ... kind: Pod
    ... metadata: {name: web}
    ... spec: {hostNetwork: true, containers: [{name: a, image: 'nginx:1'}]}
    ... '''
    >>> review = engine.check_objects({"pod.yaml": pod}, now=datetime.now(timezone.utc))
    >>> review.verdict
    <Verdict.DENY: 'deny'>
    """

    @property
    def name(self) -> str:
        """By which exceptions and decisions name it; no policy beside it has the same."""
        ...

    @property
    def id(self) -> str:
        """Its own name and version, such as ``acme-pods/1``, which changes with its answers: a part
        of the digests of policies and decisions."""
        ...

    @property
    def rules(self) -> Sequence[str]:
        """The names of all rules that it answers for; at least one."""
        ...

    def judge(self, case: ObjectCase) -> ObjectAnswer | bytes:
        """Judges one object. Bytes are an answer in JSON, in the form that judges in C give, such as
        one that another process sent; a member or a key that it must not have denies."""
        ...


@dataclass(frozen=True)
class JudgeDiagnostic:
    """An exception in a judge, which is in no decision.

    >>> JudgeDiagnostic("pods", "Pod/web", "Traceback …").judge
    'pods'
    """

    judge: str
    """Its name."""
    object: str
    """Kind and name of the object."""
    traceback: str


class Adapter:
    """Between the native side and a judge: it turns whatever that one does into an answer."""

    def __init__(self, judge: ObjectJudge, diagnostics: Diagnostics[JudgeDiagnostic]) -> None:
        self._judge = judge
        self._diagnostics = diagnostics

    def __call__(self, case: str) -> tuple[bytes | None, str | None]:
        asked = json.loads(case)
        try:
            return _written(self._judge.judge(_case(asked))), None
        except Refused as refused:
            return None, str(refused) or "it refused"
        except KeyboardInterrupt:
            raise
        except BaseException as failed:
            self._note(asked["object"], failed)
            return None, "it gave no answer"

    def _note(self, about: Mapping[str, Any], failed: BaseException) -> None:
        name, metadata = self._judge.name, about.get("metadata")
        called = metadata.get("name", "") if isinstance(metadata, dict) else ""
        subject = f"{about.get('kind', '')}/{called}"
        text = "".join(traceback.format_exception(type(failed), failed, failed.__traceback__))
        self._diagnostics.add(JudgeDiagnostic(name, subject, text))
        _LOG.error("the judge `%s` raised an exception for %s", name, subject, exc_info=failed)


def _case(asked: Mapping[str, Any]) -> ObjectCase:
    user = asked.get("user", {})
    return ObjectCase(
        object=asked["object"],
        operation=asked["operation"],
        now=_time.from_text(asked["now"]),
        old=asked.get("old"),
        subresource=asked["subresource"],
        username=user.get("username"),
        groups=tuple(user.get("groups", ())),
        namespace=asked.get("namespace"),
        namespace_labels=asked.get("namespaceLabels"),
        owner_labels=asked.get("ownerLabels"),
        images=tuple(asked["images"]),
        digests=asked["digests"],
        signed=tuple(map(_signed, asked["signed"])),
        evidence=asked.get("evidence"),
    )


def _signed(told: Mapping[str, Any]) -> SignedImage:
    return SignedImage(
        image=told["image"],
        authority=told["authority"],
        predicate_type=told.get("predicateType"),
        annotations=told.get("annotations", {}),
        documents=tuple(told.get("documents", ())),
        statements=tuple((one["document"], one["statement"]) for one in told.get("statements", ())),
        refused=told.get("refused"),
        unknown=told.get("unknown"),
    )


def _written(answer: object) -> bytes:
    if isinstance(answer, bytes):
        return answer
    if not isinstance(answer, ObjectAnswer):
        raise TypeError(f"a judge gives an ObjectAnswer, not {type(answer).__name__}")
    told: dict[str, Any] = {"results": [_result(one) for one in answer.results]}
    if answer.excluded_by is not None:
        told["excludedBy"] = answer.excluded_by
    if answer.valid_until is not None:
        told["validUntil"] = _time.to_text(answer.valid_until, "valid_until")
    return json.dumps(told, allow_nan=False).encode()


def _result(result: object) -> dict[str, Any]:
    if not isinstance(result, ObjectResult):
        raise TypeError(f"a result is an ObjectResult, not {type(result).__name__}")
    return {
        "rule": result.rule,
        "outcome": result.outcome,
        "message": result.message,
        "mode": result.mode.value if isinstance(result.mode, Mode) else result.mode,
        "severity": result.severity,
        "controls": list(result.controls),
        "evidence": list(result.evidence),
        "refused": list(result.refused),
        "notes": [{"quirk": quirk, "detail": detail} for quirk, detail in result.notes],
    }


def adapted(
    judges: Iterable[ObjectJudge], diagnostics: Diagnostics[JudgeDiagnostic]
) -> list[tuple[bytes, Adapter]]:
    """What the native policies take: declarations, and what is called; one that is no judge is
    refused here."""
    made = []
    for judge in judges:
        if isinstance(judge, type) or not isinstance(judge, ObjectJudge):
            raise TypeError("a judge is an object with `name`, `id`, `rules` and a method `judge`")
        if isinstance(judge.rules, (str, bytes)):
            raise TypeError("the `rules` of a judge are several names")
        told: dict[str, Any] = {"name": judge.name, "id": judge.id, "rules": list(judge.rules)}
        more = {member: getattr(judge, member, None) for member in _OPTIONAL}
        told.update({member: value for member, value in more.items() if value is not None})
        made.append((json.dumps(told, allow_nan=False).encode(), Adapter(judge, diagnostics)))
    return made
