"""Moments: timezone-aware in Python, RFC 3339 on the other side."""

from __future__ import annotations

from datetime import datetime, timezone

from ._errors import Fault, RequestError


def to_text(moment: datetime, name: str) -> str:
    """The moment in RFC 3339; a naive one is refused, since what it means is a guess."""
    if not isinstance(moment, datetime):
        raise TypeError(f"`{name}` must be a datetime, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        message = f"`{name}` has no timezone; say which, as in `datetime.now(timezone.utc)`"
        raise RequestError([Fault("request", message, path=f"/{name}")])
    return moment.astimezone(timezone.utc).isoformat()


def from_text(text: str) -> datetime:
    """The moment that an answer gives, in UTC; Python keeps six digits of a second.

    >>> from_text("2026-11-23T12:00:00.123456789Z").isoformat()
    '2026-11-23T12:00:00.123456+00:00'
    """
    whole, _, fraction = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
