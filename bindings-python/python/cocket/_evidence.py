"""Evidence as claimed, and where it comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from . import _native
from ._bytes import BytesLike, plain_bytes

class Evidence:
    """Everything at hand about one or more images, unverified.

    It may be filled and used from several threads: a decision goes by what was there when it was
    asked for.

    >>> evidence = Evidence()
    >>> evidence.add_blob(b"{}", media_type="application/vnd.oci.image.config.v1+json")
    'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'
    >>> evidence
    Evidence(blobs=1, attached=0, vouched=0, gaps=0)
    """

    __slots__ = ("_native",)

    def __init__(self) -> None:
        self._native = _native.Evidence()

    @classmethod
    def _of(cls, native: _native.Evidence) -> Evidence:
        made = cls.__new__(cls)
        made._native = native
        return made

    def add_blob(
        self, data: BytesLike, *, media_type: str | None = None, digest: str | None = None
    ) -> str:
        """Adds a manifest, index or configuration, and gives the digest that names it: the
        SHA-256 of the data, or `digest`, which it must then have.

        Raises `EvidenceError` where it has not, and `RequestError` where that is no digest.
        """
        return self._native.add_blob(plain_bytes(data), media_type, digest)

    def attach(
        self,
        data: BytesLike,
        *,
        media_type: str,
        subject: str | None = None,
        annotations: Mapping[str, str] | None = None,
    ) -> None:
        """Adds a signature, attestation or bundle that was found beside the image `subject`,
        with the media type and the annotations of the layer that held it."""
        self._native.attach(plain_bytes(data), media_type, subject, dict(annotations or {}))

    def vouch(self, data: BytesLike, *, subject: str | None = None) -> None:
        """Adds a report that you vouch for; it counts only for rules that say ``trust: caller``.
        `subject` is the image that it is about, where it does not say so itself."""
        self._native.vouch(plain_bytes(data), subject)

    def vouch_file(self, path: str | os.PathLike[str], *, subject: str | None = None) -> int:
        """As `vouch`, for a file or every ``*.json`` in a directory; gives how many.

        Raises `SourceError`.
        """
        return self._native.vouch_path(os.fspath(path), subject)

    def gap(
        self,
        detail: str,
        *,
        kind: Literal["unavailable", "incomplete"] = "unavailable",
        subject: str | None = None,
    ) -> None:
        """Records something that should have been read and was not, which fails the rules that
        need it. Without `subject` it is about every image."""
        if kind not in ("unavailable", "incomplete"):
            raise ValueError(f"`kind` must be `unavailable` or `incomplete`, not {kind!r}")
        self._native.gap(detail, kind == "incomplete", subject)

    def merge(self, other: Evidence) -> None:
        """Takes in everything of `other`."""
        self._native.merge(other._native)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Evidence):
            return NotImplemented
        return self._native.state() == other._native.state()

    # It can change.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        blobs, attached, vouched, gaps = self._native.counts()
        return f"Evidence(blobs={blobs}, attached={attached}, vouched={vouched}, gaps={gaps})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._native.state(),)


def _restored(state: _native._EvidenceState) -> Evidence:
    evidence = Evidence()
    blobs, attached, vouched, gaps = state
    for digest, media_type, data in blobs:
        evidence._native.add_blob(data, media_type, digest)
    for subject, media_type, data, annotations in attached:
        evidence._native.attach(data, media_type, subject, annotations)
    for subject, data in vouched:
        evidence._native.vouch(data, subject)
    for subject, kind, detail in gaps:
        evidence._native.gap(detail, kind == "incomplete", subject)
    return evidence


@dataclass(frozen=True)
class LayoutImage:
    """An image of a directory.

    >>> EvidenceDirectory("docs/examples/first-look/images").images()[1].name
    'registry.acme.example/shop/checkout:2.8.1'
    """

    name: str | None
    """Its name there; `None` where it has none."""
    digest: str


class EvidenceDirectory:
    """A directory that is an OCI image layout, or holds layouts up to four directories deep.

    >>> directory = EvidenceDirectory("docs/examples/first-look/images")
    >>> len(directory.images())
    5
    >>> digest = directory.resolve("registry.acme.example/shop/checkout:2.8.1")
    >>> directory.collect(digest)
    Evidence(blobs=2, attached=1, vouched=0, gaps=0)
    """

    __slots__ = ("_native", "_path")

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Opens `path`. Raises `SourceError` where there is no layout, or one is broken."""
        self._path = os.fspath(path)
        self._native = _native.EvidenceDirectory(self._path)

    @property
    def path(self) -> str:
        """The directory, as it was given."""
        return self._path

    def images(self) -> tuple[LayoutImage, ...]:
        """The images of all layouts, by name and digest, as they were when it was opened."""
        return tuple(LayoutImage(name, digest) for name, digest in self._native.images())

    def resolve(self, image: str) -> str | None:
        """The digest that a reference stands for here; `None` where it is not here.

        Raises `RequestError` for what is no reference, and `SourceError` where the directory
        cannot say, as with one name for two images.
        """
        return self._native.resolve(image)

    def collect(self, digest: str) -> Evidence:
        """Everything at hand about the image with this digest; what could not be read is among
        its gaps."""
        return Evidence._of(self._native.collect(digest))

    def __repr__(self) -> str:
        return f"EvidenceDirectory({self._path!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EvidenceDirectory):
            return NotImplemented
        return (self._path, self.images()) == (other._path, other.images())

    def __hash__(self) -> int:
        return hash(self._path)

    def __reduce__(self) -> tuple[Any, ...]:
        return EvidenceDirectory, (self._path,)
