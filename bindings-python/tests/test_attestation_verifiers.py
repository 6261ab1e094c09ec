"""Verifiers of attestations that are Python objects."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime

import cocket
import pytest
from cocket import AttestationCall, Signer, Verdict

DIGEST = "sha256:" + "7" * 64
TYPE = "https://acme.example/check/v1"
APPROVAL = "https://sigstore.dev/cosign/sign/v1"
POLICY = """\
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  authorities: {farm: {verifier: {name: acme-farm}}}
  rules: [{id: checked, RULE}]
"""
ATTESTED = f"attestation: {{type: '{TYPE}', anyOf: [farm], scope: index}}"
SIGNED = "signature: {anyOf: [farm], scope: index}"


class Farm:
    """Knows what it made by what is stated."""

    id = "acme-farm/1"

    def __init__(self, does: Callable[[AttestationCall], Signer | None]) -> None:
        self.does = does
        self.calls: list[AttestationCall] = []

    def verify_attestation(self, call: AttestationCall) -> Signer | None:
        self.calls.append(call)
        return self.does(call)


def engine_of(farm: object, rule: str) -> cocket.Engine:
    policies = cocket.Policies.from_yaml(POLICY.replace("RULE", rule))
    return cocket.Engine(policies, verifiers={"acme-farm": farm})  # type: ignore[dict-item]


def stated(predicate_type: str, build: int) -> cocket.Evidence:
    """Evidence with a statement that nobody signed who is known here."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"digest": {"sha256": DIGEST.removeprefix("sha256:")}}],
        "predicateType": predicate_type,
        "predicate": {"build": build},
    }
    payload = base64.b64encode(json.dumps(statement).encode()).decode()
    envelope = {
        "payloadType": "application/vnd.in-toto+json",
        "payload": payload,
        "signatures": [{"sig": "AA=="}],
    }
    evidence = cocket.Evidence()
    media_type = "application/vnd.dsse.envelope.v1+json"
    evidence.attach(json.dumps(envelope).encode(), media_type=media_type, subject=DIGEST)
    return evidence


def of_build_7(call: AttestationCall) -> Signer | None:
    return Signer("acme") if json.loads(call.predicate)["build"] == 7 else None


def request() -> cocket.ImageRequest:
    return cocket.ImageRequest("registry.acme.example/app", digest=DIGEST)


def test_it_is_asked_by_what_is_stated(now: datetime) -> None:
    farm = Farm(of_build_7)
    assert isinstance(farm, cocket.AttestationVerifier)
    engine = engine_of(farm, ATTESTED)
    decision = engine.check(request(), stated(TYPE, 7), now=now)
    assert decision.verdict is Verdict.ALLOW
    (record,) = decision.evidence
    assert (record.signer, record.verifier) == ("acme", "acme-farm/1")
    (call,) = farm.calls
    assert (call.subject, call.authority, call.predicate_type) == (DIGEST, "farm", TYPE)
    assert call.material.kind == "envelope"
    assert engine.check(request(), stated(TYPE, 8), now=now).verdict is Verdict.DENY


def test_it_never_approves_of_an_image(now: datetime) -> None:
    farm = Farm(lambda _: Signer("acme"))
    decision = engine_of(farm, SIGNED).check(request(), stated(APPROVAL, 7), now=now)
    assert decision.verdict is Verdict.DENY
    assert farm.calls == []
    (record,) = decision.evidence
    assert record.refused == "the authority `farm` attests, and approves of nothing"


def test_which_of_the_two_is_meant_has_to_be_clear() -> None:
    class Both(Farm):
        def verify(self, call: object) -> Signer | None:
            return Signer("acme")

    with pytest.raises(TypeError, match="not both"):
        engine_of(Both(of_build_7), ATTESTED)
