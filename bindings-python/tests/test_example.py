"""The security script of the documentation, and the first use of the README."""

from __future__ import annotations

import doctest
import inspect
import re
import subprocess
import sys
from pathlib import Path

import cocket
import pytest
from conftest import FIRST_LOOK, ROOT

SCRIPT = ROOT / "docs/examples/python/layouts.py"
README = ROOT / "bindings-python/README.md"


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_prints_what_fails_and_why() -> None:
    done = run(
        FIRST_LOOK / "images",
        FIRST_LOOK / "policy",
        *("--vouch", FIRST_LOOK / "reports"),
        *("--namespace", "production-a", "--at", "2026-11-23T12:00:00+00:00"),
    )
    assert done.returncode == 1 and done.stderr == ""
    lines = done.stdout.splitlines()
    images = [line for line in lines[1:] if not line.startswith(" ")]
    assert len(images) == 5
    allowed = [line for line in images if line.split()[1] == "allow"]
    assert [line.split()[0] for line in allowed] == ["registry.acme.example/shop/checkout:2.8.1"]
    for rule in ("signed", "approved-registries", "vulnerabilities"):
        assert rule in done.stdout
    assert done.stdout.rstrip("\n") in README.read_text(encoding="utf-8")


def test_the_script_tells_faults_apart(tmp_path: Path) -> None:
    assert run(tmp_path, FIRST_LOOK / "policy").returncode == 3
    wrong = tmp_path / "policy.yaml"
    wrong.write_text("kind: ImagePolice")
    done = run(FIRST_LOOK / "images", wrong)
    assert done.returncode == 2 and "policy.yaml:1:" in done.stderr


def test_the_code_of_the_readme_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # The first block is a program of its own, which is told a layout.
    monkeypatch.setattr(sys, "argv", ["first.py", str(FIRST_LOOK / "images")])
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    assert isinstance(names["decision"], cocket.Decision)
    printed = capsys.readouterr().out
    assert printed.count("ALLOW") == 4
    assert "DENY\n  docker.io/acme-labs/newsletter:latest\n" in printed


def test_every_public_class_and_function_has_an_example_that_is_run() -> None:
    finder = doctest.DocTestFinder(recurse=False)
    without = []
    for name in cocket.__all__:
        value = getattr(cocket, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            found = finder.find(value, name)
            if not any(one.examples for one in found):
                without.append(name)
    # Examples in `python` are what `--doctest-modules` runs.
    assert without == []
