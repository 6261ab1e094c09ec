"""What is told of each document, as types."""

from __future__ import annotations

import base64
import json

import cocket
import pytest
from conftest import Case
from test_vectors import evidence, now, policies


def test_every_question_has_the_answer_of_the_wire(cases: list[Case]) -> None:
    compared = refused = 0
    for case in cases:
        asked = case.request.get("verify")
        if asked is None:
            continue
        wanted = json.loads(case.answer)
        try:
            found = examined(case)
        except cocket.RequestError as error:
            assert wanted["errors"][0]["message"] == error.errors[0].message, case.name
            refused += 1
            continue
        assert found.to_json() == case.answer, case.name
        assert found.verified == wanted["verified"] == any(one.verified for one in found.documents)
        assert (found.cause is None) == found.verified
        if found.cause is not None:
            assert found.cause.check == wanted["cause"]["check"]
        for document, one in zip(found.documents, wanted["documents"], strict=True):
            checks = [(check.check, check.passed, check.found) for check in document.checks]
            assert checks == [(c["check"], c["passed"], c.get("found")) for c in one["checks"]]
        compared += 1
    assert compared > 15 and refused > 3


def examined(case: Case) -> cocket.Examination:
    asked = case.request["verify"]
    target = asked["target"]
    artifact = target.get("artifact")
    return cocket.examine(
        policies(case),
        asked["authority"],
        evidence(case),
        now=now(case),
        image=target.get("image"),
        digest=target.get("digest"),
        artifact=None if artifact is None else base64.b64decode(artifact),
        policy=asked.get("policy"),
        content=asked.get("type"),
        annotations=asked.get("annotations"),
        signed_identity=asked.get("signedIdentity"),
        signed_hash=asked.get("signedHash"),
    )


def test_what_cannot_be_asked_says_where(cases: list[Case]) -> None:
    (case,) = [case for case in cases if case.name == "verify/unknown-authority"]
    with pytest.raises(cocket.RequestError) as refused:
        examined(case)
    assert refused.value.errors[0].path == "/verify/authority"
