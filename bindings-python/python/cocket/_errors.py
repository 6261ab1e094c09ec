"""What can go wrong, as exceptions that say where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and its place.

    >>> print(Fault("policy.unknownKey", "unknown key", "policy.yaml", 3, 5, "spec"))
    policy.yaml:3:5: unknown key
    """

    kind: str
    """As on the wire, such as ``policy.unknownKey``, ``request`` or ``evidence``."""
    message: str
    """What is wrong, with the value in backticks."""
    file: str | None = None
    """The file's name, or the one that was given with a text."""
    line: int | None = None
    """Line, from 1."""
    column: int | None = None
    """Column in characters, from 1."""
    path: str = ""
    """Where in the document, such as ``spec.rules[0].registry``."""
    help: str | None = None
    """What may have been meant."""
    snippet: str | None = None
    """The line of the source, with a mark under the place."""

    def __str__(self) -> str:
        place = [str(part) for part in (self.file, self.line, self.column) if part is not None]
        return f"{':'.join(place)}: {self.message}" if place else self.message

    def render(self) -> str:
        """The fault as several lines for a person: message, place, snippet and help."""
        lines = [str(self)]
        if self.path:
            lines.append(f"  at {self.path}")
        if self.snippet:
            lines.append(self.snippet)
        if self.help:
            lines.append(f"  help: {self.help}")
        return "\n".join(lines)


class CocketError(Exception):
    """The root of everything that this package raises by itself.

    >>> try:
    ...     cocket.EvidenceDirectory("nowhere")
    ... except cocket.CocketError as error:
    ...     print(type(error).__name__, error.file, len(error.errors))
    SourceError nowhere 1
    """

    errors: tuple[Fault, ...]
    """The faults, by file, line and column; never empty."""

    def __init__(self, errors: Iterable[Fault]) -> None:
        self.errors = tuple(errors)
        # The arguments are what an exception is pickled by.
        super().__init__(self.errors)

    @property
    def kind(self) -> str:
        """The kind of the first fault, such as ``policy.unknownKey``."""
        return self.errors[0].kind

    @property
    def file(self) -> str | None:
        """Its file, and below its place there."""
        return self.errors[0].file

    @property
    def line(self) -> int | None:
        """Line, from 1."""
        return self.errors[0].line

    @property
    def column(self) -> int | None:
        """Column in characters, from 1."""
        return self.errors[0].column

    @property
    def path(self) -> str:
        """Where in the document, such as ``spec.rules[0].registry``."""
        return self.errors[0].path

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.errors)


class PolicyError(CocketError):
    """The policies have faults; nothing was decided.

    >>> try:
    ...     cocket.Policies.from_yaml("kind: ImagePolice")
    ... except PolicyError as error:
    ...     print(error.kind, error.line, error.column)
    policy.missingKey 1 1
    """


class EvidenceError(CocketError):
    """Evidence that was handed in is not what it is said to be.

    >>> try:
    ...     cocket.Evidence().add_blob(b"{}", digest="sha256:" + 64 * "0")
    ... except EvidenceError as error:
    ...     print(error.errors[0].kind)
    evidence
    """


class SourceError(CocketError):
    """A file or directory could not be read.

    >>> try:
    ...     cocket.Policies.from_file("nowhere.yaml")
    ... except SourceError as error:
    ...     print(error.errors[0].kind, error.errors[0].file)
    source nowhere.yaml
    """


class RequestError(CocketError, ValueError):
    """A request or an argument has a value that means nothing, such as a naive datetime.

    >>> try:
    ...     engine.check("nginx", now=datetime(2026, 11, 23))
    ... except RequestError as error:
    ...     print(error.errors[0].path)
    /now
    """


class InternalError(CocketError):
    """A fault in the engine itself; nothing was decided, so treat it as a denial.

    >>> InternalError([Fault("internal", "a fault in the engine itself")]).errors[0].kind
    'internal'
    """


def raise_for(errors: Iterable[Fault]) -> None:
    """Raises the exception for the faults of a wire answer."""
    faults = tuple(errors)
    kinds = {fault.kind.partition(".")[0] for fault in faults}
    if "policy" in kinds:
        raise PolicyError(faults)
    if "evidence" in kinds:
        raise EvidenceError(faults)
    if kinds & {"request", "object"}:
        raise RequestError(faults)
    raise InternalError(faults)
