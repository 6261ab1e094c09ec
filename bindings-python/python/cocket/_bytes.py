"""What data and texts are handed in as."""

from __future__ import annotations

from typing import Union

BytesLike = Union[bytes, bytearray, memoryview]
"""What evidence is handed in as."""


def plain_bytes(data: BytesLike) -> bytes:
    """The bytes themselves where they are that already: the core then copies them once."""
    if isinstance(data, bytes):
        return data
    if isinstance(data, (bytearray, memoryview)):
        return bytes(data)
    raise TypeError(f"`data` must be bytes-like, not {type(data).__name__}")


def text_bytes(text: str | BytesLike) -> bytes:
    """The text in UTF-8. What is given as bytes is checked by the core."""
    return text.encode() if isinstance(text, str) else plain_bytes(text)
