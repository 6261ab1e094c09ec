from __future__ import annotations

import copy
import hashlib
import pickle
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cocket
import pytest
from conftest import FIRST_LOOK

DIGEST = "sha256:" + 64 * "1"


def filled() -> cocket.Evidence:
    evidence = cocket.Evidence()
    evidence.add_blob(b"{}", media_type="application/vnd.oci.image.config.v1+json")
    evidence.add_blob(b"[]", digest="sha512:" + hashlib.sha512(b"[]").hexdigest())
    evidence.attach(b"{}", media_type="text/plain", subject=DIGEST, annotations={"a": "b"})
    evidence.vouch(b"{}", subject=DIGEST)
    evidence.gap("the registry was silent", kind="incomplete")
    return evidence


def test_what_bytes_look_like_does_not_matter() -> None:
    made = []
    for data in (b"{}", bytearray(b"{}"), memoryview(b"{}"), memoryview(b"{ } ")[::2][:1]):
        made.append(cocket.Evidence().add_blob(data))
    assert made[0] == made[1] == made[2] == "sha256:" + hashlib.sha256(b"{}").hexdigest()
    assert made[3] == "sha256:" + hashlib.sha256(b"{").hexdigest()
    with pytest.raises(TypeError):
        cocket.Evidence().add_blob("{}")  # type: ignore[arg-type]


def test_a_blob_stands_under_its_own_digest_only() -> None:
    with pytest.raises(cocket.EvidenceError, match="has not the digest"):
        cocket.Evidence().add_blob(b"{}", digest=DIGEST)
    for wrong in ("sha256:1", "", "x" * 10_000, "sha256:" + 64 * "Z", "\ud800"):
        with pytest.raises((cocket.RequestError, UnicodeEncodeError)) as refused:
            cocket.Evidence().attach(b"", media_type="x", subject=wrong)
        assert len(str(refused.value)) < 500


def test_gaps_are_of_two_kinds() -> None:
    with pytest.raises(ValueError, match="whatever"):
        cocket.Evidence().gap("x", kind="whatever")  # type: ignore[arg-type]


def test_evidence_is_equal_and_pickled_by_what_it_holds() -> None:
    evidence = filled()
    assert repr(evidence) == "Evidence(blobs=2, attached=1, vouched=1, gaps=1)"
    assert pickle.loads(pickle.dumps(evidence)) == evidence == copy.deepcopy(evidence)
    assert evidence != cocket.Evidence()
    twice = filled()
    twice.merge(evidence)
    assert repr(twice) == "Evidence(blobs=2, attached=2, vouched=2, gaps=2)"
    twice.merge(twice)
    assert repr(twice) == "Evidence(blobs=2, attached=4, vouched=4, gaps=4)"
    with pytest.raises(TypeError):
        hash(evidence)


def test_it_is_filled_from_many_threads() -> None:
    evidence, other = cocket.Evidence(), filled()

    def fill(number: int) -> None:
        evidence.add_blob(str(number).encode())
        evidence.gap(str(number))
        other.merge(cocket.Evidence())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, range(400)))
    assert repr(evidence) == "Evidence(blobs=400, attached=0, vouched=0, gaps=400)"


def test_a_directory_is_a_source(tmp_path: Path) -> None:
    directory = cocket.EvidenceDirectory(FIRST_LOOK / "images")
    names = [image.name for image in directory.images()]
    assert "registry.acme.example/shop/checkout:2.8.1" in names
    assert directory.resolve("registry.acme.example/shop/absent:1") is None
    assert pickle.loads(pickle.dumps(directory)) == directory
    assert repr(directory).startswith("EvidenceDirectory('")
    with pytest.raises(cocket.RequestError):
        directory.resolve("Not A Reference")
    with pytest.raises(cocket.SourceError, match="image layout"):
        cocket.EvidenceDirectory(tmp_path)
    broken = tmp_path / "broken"
    shutil.copytree(FIRST_LOOK / "images", broken)
    (broken / "index.json").write_text("{")
    with pytest.raises(cocket.SourceError) as refused:
        cocket.EvidenceDirectory(broken)
    assert "broken" in (refused.value.errors[0].file or "")


def test_reports_are_vouched_for_by_path(tmp_path: Path) -> None:
    evidence = cocket.Evidence()
    assert evidence.vouch_file(FIRST_LOOK / "reports") == 5
    assert evidence.vouch_file(str(FIRST_LOOK / "reports/orders.json")) == 1
    with pytest.raises(cocket.SourceError):
        evidence.vouch_file(tmp_path)
