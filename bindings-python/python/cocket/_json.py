"""From the members of a JSON object to those of a dataclass."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from . import _time

_T = TypeVar("_T")


def made(cls: type[_T], value: Mapping[str, Any], **converted: Any) -> _T:
    """A dataclass from a JSON object with the same members in camel case."""
    plain = {
        snake(name): tuple(member) if isinstance(member, list) else member
        for name, member in value.items()
    }
    return cls(**{**plain, **converted})


def snake(name: str) -> str:
    """A name in camel case as Python writes it.

    >>> snake("apiVersion")
    'api_version'
    """
    if name.islower():
        return name
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def moment(text: str | None) -> datetime | None:
    """The moment, where there is one."""
    return None if text is None else _time.from_text(text)
