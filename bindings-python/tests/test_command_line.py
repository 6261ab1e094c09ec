"""``python -m cocket`` is the command line of the binary."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import cocket
from conftest import FIRST_LOOK


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cocket", *arguments]
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)


CHECK = (
    "check",
    "--policy",
    str(FIRST_LOOK / "policy"),
    "--at",
    "2026-11-23T12:00:00Z",
    "--evidence",
    str(FIRST_LOOK / "images"),
    "--vouch",
    str(FIRST_LOOK / "reports"),
)


def test_check_decides_as_the_binary_does() -> None:
    done = run(*CHECK, "-o", "json", str(FIRST_LOOK / "deploy"))
    assert done.returncode == 1, done.stderr
    answer = json.loads(done.stdout)
    assert answer["verdict"] == "deny" and len(answer["decisions"]) > 5
    allowed = run(*CHECK, "registry.acme.example/shop/checkout:2.8.1")
    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    piped = run(*CHECK, "-", stdin=(FIRST_LOOK / "deploy/production.yaml").read_text())
    assert piped.returncode == 1


def test_other_commands_and_faults_have_their_exit_status() -> None:
    assert run("explain", "registry.not_allowed").returncode == 0
    assert run("--version").stdout == f"cocket {cocket.__version__}\n"
    wrong = run("check")
    assert wrong.returncode == 2 and "usage" in wrong.stderr.lower()
    assert run(*CHECK, "./nowhere.yaml").returncode == 3


def test_a_reader_that_goes_away_is_no_crash() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cocket", "explain", "--all"]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert done.returncode == 0 and done.stderr == b""
