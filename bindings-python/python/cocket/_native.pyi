"""The native half; what a program uses is in `cocket` itself."""

from typing import Any, Literal, final

from ._errors import Fault

__all__ = [
    "VERSION",
    "Policies",
    "Evidence",
    "EvidenceDirectory",
    "History",
    "Engine",
    "answer",
    "explain",
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

def explain(code: str) -> tuple[str, Literal["pass", "fail"], str] | None: ...
def command_line(arguments: list[str]) -> int: ...
@final
class Policies:
    @staticmethod
    def load(texts: list[tuple[str, bytes]]) -> Policies: ...
    @staticmethod
    def read(paths: list[str]) -> Policies: ...
    def sources(self) -> list[tuple[str, bytes]]: ...
    def documents(self) -> list[bytes]: ...
    def digest(self) -> str: ...
    def policy_digests(self) -> list[tuple[str, str]]: ...
    def warnings(self, now: str) -> tuple[Fault, ...]: ...

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
    def __new__(cls, tags: dict[str, str], first_seen: dict[str, str]) -> History: ...

@final
class Engine:
    def __new__(
        cls,
        policies: Policies,
        verifiers: dict[str, tuple[str, Any, list[str]]],
        listing: int | None,
    ) -> Engine: ...
    def check(
        self,
        image: str,
        digest: str | None,
        parent: str | None,
        namespace: str | None,
        namespace_labels: dict[str, str] | None,
        admission: bool,
        evidence: Evidence,
        history: History,
        now: str,
    ) -> bytes: ...
    def answer(self, request: bytes, evidence: Evidence) -> bytes: ...
    def policies_digest(self) -> str: ...
