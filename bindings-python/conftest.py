"""What all tests share: the project's folder, the example, and the line that counts vectors."""

from __future__ import annotations

import base64
import doctest
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import cocket
import pytest

ROOT = Path(__file__).resolve().parent.parent
FIRST_LOOK = ROOT / "docs/examples/first-look"
VECTORS = ROOT / "core/tests/vectors"
COUNTED = pytest.StashKey[dict[str, bool]]()


@dataclass(frozen=True)
class Case:
    """One case of the vectors that every language is compared on."""

    name: str
    policy: str
    request: dict[str, Any]
    answer: bytes

    def wire(self) -> bytes:
        """The wire request."""
        policies = [{"name": "policy.yaml", "text": self.policy}]
        whole = {**self.request, "policies": policies}
        # As the Rust runner writes it: the place of a fault in a request is a column.
        text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.encode()


def read_cases() -> list[Case]:
    found = [path.parent for path in VECTORS.glob("*/*/request.json")]
    # Signed images of the corpus in the same form, where `cargo xtask` has written them.
    if more := os.environ.get("COCKET_CASES"):
        signed = [path.parent for path in Path(more).glob("*/*/request.json")]
        assert signed, f"{more} holds no case"
        found += signed
    return [read_case(folder) for folder in sorted(found)]


def read_case(folder: Path) -> Case:
    return Case(
        name=f"{folder.parent.name}/{folder.name}",
        policy=(folder / "policy.yaml").read_text(encoding="utf-8"),
        request=json.loads((folder / "request.json").read_bytes()),
        answer=(folder / "answer.json").read_bytes(),
    )


@pytest.fixture(scope="session")
def cases() -> list[Case]:
    found = read_cases()
    assert len(found) > 50
    return found


@pytest.fixture(autouse=True)
def _in_the_projects_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Examples in documentation name files from there."""
    monkeypatch.chdir(ROOT)
    yield


@pytest.fixture(autouse=True, scope="session")
def _shared_examples(doctest_namespace: dict[str, object]) -> None:
    """What the package's own page makes is there in the examples of the other pages."""
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        for example in doctest.DocTestParser().get_examples(cocket.__doc__ or ""):
            if not example.want:
                exec(example.source, doctest_namespace)
    finally:
        os.chdir(before)
    # A page has names of its own for these.
    doctest_namespace.pop("policies", None)
    doctest_namespace.pop("decision", None)


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[COUNTED] = {}


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    counted = config.stash[COUNTED]
    if counted:
        identical = sum(counted.values())
        terminalreporter.write_line(f"cases {len(counted)} identical {identical}")
