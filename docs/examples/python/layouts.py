#!/usr/bin/env python3
"""Walks a directory of OCI image layouts and prints what fails a policy, and why.

    python layouts.py DIRECTORY POLICY [--vouch REPORTS] [--namespace NAME] [--at TIME]

The exit status is 1 where an image is denied, and 3 where something could not be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import cocket


def main() -> int:
    arguments = read_arguments()
    engine = cocket.Engine(cocket.Policies.from_file(arguments.policy))
    rows, denied = [("IMAGE", "VERDICT", "RULE", "WHY")], False
    for image, decision in decisions(arguments, engine):
        denied |= decision.verdict is cocket.Verdict.DENY
        rows.extend(rows_of(image, decision))
    print(table(rows))
    return 1 if denied else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("directory", type=Path)
    parser.add_argument("policy", type=Path)
    parser.add_argument("--vouch", type=Path, metavar="REPORTS")
    parser.add_argument("--namespace")
    parser.add_argument("--at", type=datetime.fromisoformat, metavar="TIME")
    return parser.parse_args()


def decisions(
    arguments: argparse.Namespace, engine: cocket.Engine
) -> Iterator[tuple[str, cocket.Decision]]:
    now = arguments.at or datetime.now(timezone.utc)
    directory = cocket.EvidenceDirectory(arguments.directory)
    reports = cocket.Evidence()
    if arguments.vouch:
        reports.vouch_file(arguments.vouch)
    for image in directory.images():
        evidence = directory.collect(image.digest)
        evidence.merge(reports)
        # An image without a name is denied: no rule can say which repository it is of.
        request = cocket.ImageRequest(
            image.name or "", digest=image.digest, namespace=arguments.namespace
        )
        yield image.name or image.digest, engine.check(request, evidence, now=now)


def rows_of(image: str, decision: cocket.Decision) -> Iterator[tuple[str, str, str, str]]:
    match decision:
        case cocket.Decision(verdict, []):
            yield image, verdict.value, "", ""
        case cocket.Decision(verdict, [first, *others]):
            yield image, verdict.value, first.rule or "", first.reason.message
            for violation in others:
                yield "", "", violation.rule or "", violation.reason.message


def table(rows: list[tuple[str, str, str, str]], widest: int = 70) -> str:
    # Texts come from images, too: nothing in them may write to the terminal.
    shown = [[printable(cell, widest) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(4)]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in shown)
    return "\n".join(lines)


def printable(text: str, widest: int) -> str:
    clean = "".join(letter if letter.isprintable() else "?" for letter in text)
    return clean if len(clean) <= widest else clean[: widest - 1] + "…"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except cocket.CocketError as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, cocket.PolicyError) else 3)
