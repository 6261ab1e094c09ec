"""Policies, loaded and checked."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from . import _native, _time
from ._bytes import BytesLike, text_bytes
from ._errors import Fault
from ._judges import Adapter, JudgeDiagnostic, ObjectJudge, adapted
from ._verifiers import Diagnostics


@dataclass(frozen=True)
class Policy:
    """One ``ImagePolicy`` document of loaded policies.

    >>> policies = Policies.from_file("docs/examples/first-look/policy")
    >>> [(policy.name, len(policy.rules)) for policy in policies.policies]
    [('production', 6)]
    """

    name: str
    version: str | None
    digest: str
    """The digest of its canonical model: layout and the order of rules do not change it."""
    rules: tuple[str, ...]
    """The ids of its rules, sorted."""
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The document, as it could be written."""
        copied: dict[str, Any] = json.loads(json.dumps(self._document))
        return copied


@dataclass(frozen=True)
class TrustRoot:
    """One ``TrustRoot`` document of loaded policies: keys and instances that policies name.

    >>> root = Policies.from_file("docs/examples/first-look/policy").trust_roots[0]
    >>> root.name, root.keys
    ('acme', ('release-2026',))
    """

    name: str
    keys: tuple[str, ...]
    """The names of its keys, sorted."""
    _document: Mapping[str, Any] = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """The document, as it could be written."""
        copied: dict[str, Any] = json.loads(json.dumps(self._document))
        return copied


class Policies:
    """Policies that were loaded as one set: checked as far as that goes without evidence.

    >>> policies = Policies.from_yaml('''
    ... apiVersion: cocket.dev/v1alpha1
    ... kind: ImagePolicy
    ... metadata: {name: production}
    ... spec:
    ...   rules:
    ...     - id: approved
    ...       registry: {allow: ['registry.example.com/**']}
    ... ''')
    >>> policies
    Policies(policies=['production'], digest='sha256:a3eef9…')
    >>> policies.policies[0].rules
    ('approved',)
    >>> Policies.from_dict(policies.to_dict()) == policies
    True

    Faults say where they are:

    >>> import cocket
    >>> try:
    ...     Policies.from_yaml("apiVersion: cocket.dev/v1alpha1\\nkind: ImagePolice")
    ... except cocket.PolicyError as refused:
    ...     print(refused.errors[0].line, refused.errors[0].column, refused.errors[0].help)
    2 7 did you mean `ImagePolicy`?
    """

    __slots__ = ("__dict__", "_diagnostics", "_judges", "_native", "_options")

    def __init__(
        self,
        texts: Iterable[tuple[str, str | BytesLike]],
        *,
        allow_partial: bool = False,
        dialect: Literal["strict", "kyverno"] = "strict",
        judges: Iterable[ObjectJudge] = (),
    ) -> None:
        """Loads texts, each with the name that faults give: YAML (several documents in one) or
        JSON (one). Policies of other engines may be among them; with `allow_partial` also those
        of which parts are not taken, which `notes` then names. In the dialect `kyverno` they
        decide as Kyverno does, quirks included, and each quirk that mattered is a reason of the
        decision. `judges` judge Kubernetes objects beside them, and belong to the set: exceptions
        may name their rules, and its digest holds what they say of themselves.

        Raises `PolicyError` with every fault that was found, and `RequestError` for a judge that
        says something wrong of itself.
        """
        given = [(name, text_bytes(text)) for name, text in texts]
        judging = self._judged_by(judges)
        self._native = _native.Policies.load(given, allow_partial, dialect, judging)
        self._options: tuple[bool, Literal["strict", "kyverno"]] = (allow_partial, dialect)

    def _judged_by(self, judges: Iterable[ObjectJudge]) -> list[tuple[bytes, Adapter]]:
        self._judges = tuple(judges)
        self._diagnostics: Diagnostics[JudgeDiagnostic] = Diagnostics()
        return adapted(self._judges, self._diagnostics)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        allow_partial: bool = False,
        dialect: Literal["strict", "kyverno"] = "strict",
        judges: Iterable[ObjectJudge] = (),
    ) -> Policies:
        """Loads a file, or every ``*.yaml``, ``*.yml`` and ``*.json`` in a directory.

        Raises `SourceError` where something cannot be read, and `PolicyError`.
        """
        return cls.from_files([path], allow_partial=allow_partial, dialect=dialect, judges=judges)

    @classmethod
    def from_files(
        cls,
        paths: Iterable[str | os.PathLike[str]],
        *,
        allow_partial: bool = False,
        dialect: Literal["strict", "kyverno"] = "strict",
        judges: Iterable[ObjectJudge] = (),
    ) -> Policies:
        """As `from_file`, from several files and directories as one set."""
        if isinstance(paths, (str, bytes, os.PathLike)):
            raise TypeError("`paths` must be several; for one there is `from_file`")
        made = cls.__new__(cls)
        given = [os.fspath(path) for path in paths]
        judging = made._judged_by(judges)
        made._native = _native.Policies.read(given, allow_partial, dialect, judging)
        made._options = (allow_partial, dialect)
        return made

    @classmethod
    def from_yaml(cls, text: str | BytesLike, name: str = "policy.yaml") -> Policies:
        """Loads one text in YAML; faults call it `name`. Raises `PolicyError`."""
        return cls([(name, text)])

    @classmethod
    def from_json(cls, text: str | BytesLike, name: str = "policy.json") -> Policies:
        """Loads one document in JSON; faults call it `name`. Raises `PolicyError`."""
        return cls([(name, text)])

    @classmethod
    def from_dict(cls, documents: Mapping[str, Any]) -> Policies:
        """Loads what `to_dict` gave: ``{"documents": […]}``. Raises `PolicyError`."""
        texts = enumerate(documents["documents"])
        return cls((f"documents[{position}].json", json.dumps(one)) for position, one in texts)

    def to_dict(self) -> dict[str, Any]:
        """Everything loaded as ``{"documents": […]}``, in a fixed order, rules sorted by id."""
        return {"documents": [json.loads(one) for one in self._native.documents()]}

    def to_yaml(self) -> str:
        """Everything loaded as YAML in cocket's own form: policies of other engines as policies of
        our own, and a comment for each that has no equivalent.

        >>> policies = Policies.from_file("docs/examples/first-look/policy")
        >>> Policies.from_yaml(policies.to_yaml()) == policies
        True
        """
        return self._native.to_yaml()

    @property
    def digest(self) -> str:
        """The digest of the canonical model: layout, order and file names do not change it."""
        return self._native.digest()

    @cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The ``ImagePolicy`` documents, by name."""
        digests = dict(self._native.policy_digests())
        documents = (one for one in self.to_dict()["documents"] if one["kind"] == "ImagePolicy")
        return tuple(_policy(one, digests) for one in documents)

    @cached_property
    def trust_roots(self) -> tuple[TrustRoot, ...]:
        """The ``TrustRoot`` documents, by name. They are loaded like policies, from texts and files
        beside those."""
        roots = (one for one in self.to_dict()["documents"] if one["kind"] == "TrustRoot")
        return tuple(_trust_root(one) for one in roots)

    def warnings(self, now: datetime) -> tuple[Fault, ...]:
        """What loads and is probably not meant at the moment `now`: expired exceptions,
        authorities that nothing uses, bounds that bound nothing, …"""
        return self._native.warnings(_time.to_text(now, "now"))

    @property
    def notes(self) -> tuple[Fault, ...]:
        """Where what was made of other engines' policies is not just what they say."""
        return self._native.notes()

    @property
    def judges(self) -> tuple[ObjectJudge, ...]:
        """The judges of objects that the program supplied."""
        return self._judges

    def diagnostics(self) -> tuple[JudgeDiagnostic, ...]:
        """The newest hundred exceptions in judges, with their tracebacks, oldest first. They are in
        no decision."""
        return self._diagnostics.all()

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Policies) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        names = [policy.name for policy in self.policies]
        return f"Policies(policies={names}, digest='{self.digest[:13]}…')"

    def __reduce__(self) -> tuple[Any, ...]:
        # The texts, so that faults and warnings have the same places in another process.
        return _loaded, (self._native.sources(), *self._options, self._judges)


def policy_schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of one policy document: for editors, and for programs that
    write policies.

    >>> len(policy_schema()["oneOf"])
    5
    """
    schema: dict[str, Any] = json.loads(_native.policy_schema())
    return schema


def scan_summary(
    report: str | BytesLike,
    *,
    now: datetime,
    policies: Policies | None = None,
    rule: str | None = None,
    name: str = "report",
) -> str:
    """One scan report in numbers, for people: what the scanner says, beside what a rule counts.

    `rule` is ``POLICY/RULE`` or an end of that, and can be left out where `policies` have one
    ``vulnerabilities`` rule. Without `policies` it counts as where no rule says otherwise.

    >>> report = '{"SchemaVersion": 2, "ArtifactName": "app:1", "Results": []}'
    >>> print(scan_summary(report, now=now).splitlines()[0])
    report: trivy of unknown version, of app:1

    Raises `EvidenceError` for what is no report, `RequestError` for a rule that is not there and
    for a naive `now`.
    """
    moment = _time.to_text(now, "now")
    native = None if policies is None else policies._native
    return _native.scan_summary(name, text_bytes(report), native, rule, moment)


def _loaded(
    texts: list[tuple[str, bytes]],
    allow_partial: bool,
    dialect: Literal["strict", "kyverno"],
    judges: tuple[ObjectJudge, ...],
) -> Policies:
    return Policies(texts, allow_partial=allow_partial, dialect=dialect, judges=judges)


def _policy(document: Mapping[str, Any], digests: Mapping[str, str]) -> Policy:
    metadata = document["metadata"]
    name = metadata["name"]
    rules = tuple(rule["id"] for rule in document["spec"]["rules"])
    return Policy(name, metadata.get("version"), digests[name], rules, document)


def _trust_root(document: Mapping[str, Any]) -> TrustRoot:
    keys = tuple(sorted(document["spec"].get("keys", ())))
    return TrustRoot(document["metadata"]["name"], keys, document)
