"""The native half; what a program uses is in `cocket` itself."""

from typing import Any, Literal, final

from ._errors import Fault
from ._judges import Adapter

__all__ = [
    "VERSION",
    "Policies",
    "Evidence",
    "EvidenceDirectory",
    "History",
    "Engine",
    "Decided",
    "answer",
    "report",
    "scan_summary",
    "explain",
    "policy_schema",
    "command_line",
]

VERSION: str

_Blob = tuple[str, str | None, bytes]
_Attached = tuple[str | None, str, bytes, dict[str, str]]
_Vouched = tuple[str | None, bytes]
_Gap = tuple[str | None, Literal["unavailable", "incomplete"], str]
_EvidenceState = tuple[list[_Blob], list[_Attached], list[_Vouched], list[_Gap]]

def answer(request: bytes) -> bytes:
    """Answers one request of the wire form."""

def policy_schema() -> bytes: ...
def report(format: str, decisions: list[Decided]) -> str: ...
def scan_summary(
    name: str, report: bytes, policies: Policies | None, rule: str | None, now: str
) -> str: ...
def explain(code: str) -> tuple[str, Literal["pass", "fail"], str] | None: ...
def command_line(arguments: list[str]) -> int: ...
# A declaration, and what is called with a case.
_Judges = list[tuple[bytes, Adapter]]

@final
class Policies:
    @staticmethod
    def load(
        texts: list[tuple[str, bytes]], allow_partial: bool, dialect: str, judges: _Judges
    ) -> Policies: ...
    @staticmethod
    def read(
        paths: list[str], allow_partial: bool, dialect: str, judges: _Judges
    ) -> Policies: ...
    def sources(self) -> list[tuple[str, bytes]]: ...
    def documents(self) -> list[bytes]: ...
    def to_yaml(self) -> str: ...
    def digest(self) -> str: ...
    def policy_digests(self) -> list[tuple[str, str]]: ...
    def warnings(self, now: str) -> tuple[Fault, ...]: ...
    def notes(self) -> tuple[Fault, ...]: ...
    def examine(self, request: bytes, evidence: Evidence) -> bytes: ...

@final
class Evidence:
    def __new__(cls) -> Evidence: ...
    def add_blob(self, data: bytes, media_type: str | None, digest: str | None) -> str: ...
    def attach(
        self, data: bytes, media_type: str, subject: str | None, annotations: dict[str, str]
    ) -> None: ...
    def vouch(self, data: bytes, subject: str | None) -> None: ...
    def vouch_path(self, path: str, subject: str | None) -> int: ...
    def gap(self, detail: str, is_incomplete: bool, subject: str | None) -> None: ...
    def merge(self, other: Evidence) -> None: ...
    def state(self) -> _EvidenceState: ...
    def counts(self) -> tuple[int, int, int, int]: ...

@final
class EvidenceDirectory:
    def __new__(cls, path: str) -> EvidenceDirectory: ...
    def images(self) -> list[tuple[str | None, str]]: ...
    def resolve(self, image: str) -> str | None: ...
    def collect(self, digest: str) -> Evidence: ...

@final
class History:
    def __new__(
        cls,
        tags: dict[str, str],
        first_seen: dict[str, str],
        statements: list[tuple[str, str, str, str]],
    ) -> History: ...

@final
class Decided:
    @staticmethod
    def read(canonical: bytes) -> Decided: ...

@final
class Engine:
    def __new__(
        cls,
        policies: Policies,
        verifiers: dict[str, tuple[str, Any, list[str], bool]],
        listing: int | None,
        cache_of: Engine | None,
    ) -> Engine: ...
    def check(
        self,
        image: str,
        digest: str | None,
        parent: str | None,
        kind: str | None,
        namespace: str | None,
        namespace_labels: dict[str, str] | None,
        owner_labels: dict[str, str] | None,
        admission: bool,
        evidence: Evidence,
        history: History,
        now: str,
    ) -> tuple[bytes, Decided]: ...
    def answer(self, request: bytes, evidence: Evidence) -> bytes: ...
    def objects(self, name: str, text: bytes) -> bytes: ...
    def review_images(self, review: bytes) -> bytes: ...
    def review(self, request: bytes, evidence: Evidence) -> tuple[bytes, list[Decided]]: ...
    def admit(
        self, request: bytes, review: bytes, evidence: Evidence
    ) -> tuple[bytes, bytes, list[Decided]]: ...
    def policies_digest(self) -> str: ...
    def cache_statistics(self) -> tuple[int, int, int, int, str | None]: ...
