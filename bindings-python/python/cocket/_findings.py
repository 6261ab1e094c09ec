"""What rules about findings looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ._json import made, snake


@dataclass(frozen=True)
class Counts:
    """The same findings counted in three ways; ignored and waived ones are left out.

    >>> decision = judged("registry.acme.example/shop/orders:5.0.2")
    >>> next(one.counts for one in decision.results if one.rule == "vulnerabilities")
    Counts(vulnerability=5, vulnerability_and_package=5, row=5)
    """

    vulnerability: int
    vulnerability_and_package: int
    row: int


@dataclass(frozen=True)
class Finding:
    """One finding in one package.

    >>> decision = judged("registry.acme.example/shop/orders:5.0.2")
    >>> found = next(one.findings for one in decision.results if one.rule == "vulnerabilities")
    >>> print(found.counted.items[0].severity, found.counted.items[0].package)
    critical org.apache.logging.log4j:log4j-core
    """

    severity: str
    id: str
    package: str
    installed: str
    fixed: str | None = None
    link: str | None = None
    because: str | None = None
    """Why it does not count, where it does not."""


@dataclass(frozen=True)
class FindingList:
    """Findings, worst first, and how many more there are.

    >>> FindingList((Finding("high", "CVE-2026-1", "zlib", "1.2"),), more=3).more
    3
    """

    items: tuple[Finding, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Findings:
    """What a rule about findings looked at.

    >>> Findings().counted.items
    ()
    """

    counted: FindingList = FindingList()
    set_apart: FindingList = FindingList()


def findings_of(value: Mapping[str, Any]) -> Findings:
    """The findings that a result's JSON lists."""
    lists = {
        snake(name): FindingList(tuple(made(Finding, one) for one in some["items"]), some["more"])
        for name, some in value.items()
    }
    return Findings(**lists)
