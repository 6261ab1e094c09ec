"""Signature verifiers that are Python objects."""

from __future__ import annotations

import gc
import hashlib
import logging
import pickle
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import cocket
import pytest
from cocket import Refused, Signer, Verdict, VerifierCall
from conftest import FIRST_LOOK

CHECKOUT = "registry.acme.example/shop/checkout:2.8.1"
POLICY = """\
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec:
  authorities: {device: {verifier: {name: acme-device}}}
  rules: [{id: signed, signature: {anyOf: [device]}}]
"""


class Device:
    """A verifier that does what it is told."""

    id = "acme-device/2"

    def __init__(self, does: Callable[[VerifierCall], object]) -> None:
        self.does = does
        self.calls: list[VerifierCall] = []

    def verify(self, call: VerifierCall) -> Signer | None:
        self.calls.append(call)
        return self.does(call)  # type: ignore[return-value]


def signs(call: VerifierCall) -> Signer:
    return Signer("acme", proven_at=call.now - timedelta(days=1), checks=("pkcs11",))


def raises(error: BaseException) -> Callable[[VerifierCall], object]:
    def does(call: VerifierCall) -> object:
        raise error

    return does


def engine_of(verifier: object) -> cocket.Engine:
    policies = cocket.Policies.from_yaml(POLICY)
    return cocket.Engine(policies, verifiers={"acme-device": verifier})  # type: ignore[dict-item]


def asked() -> tuple[cocket.ImageRequest, cocket.Evidence]:
    directory = cocket.EvidenceDirectory(FIRST_LOOK / "images")
    digest = directory.resolve(CHECKOUT)
    assert digest is not None
    return cocket.ImageRequest(CHECKOUT, digest=digest), directory.collect(digest)


def refusal(decision: cocket.Decision) -> str:
    (record,) = [record for record in decision.evidence if record.refused]
    assert record.refused is not None
    return record.refused


def test_a_verifier_is_asked_and_believed(now: datetime) -> None:
    device = Device(signs)
    assert isinstance(device, cocket.SignatureVerifier)
    request, evidence = asked()
    decision = engine_of(device).check(request, evidence, now=now)
    assert decision.verdict is Verdict.ALLOW
    (record,) = decision.evidence
    assert (record.signer, record.verifier, record.checks) == ("acme", "acme-device/2", ("pkcs11",))
    assert record.proven_at == now - timedelta(days=1)
    call = device.calls[0]
    assert (call.subject, call.authority, call.now) == (request.digest, "device", now)
    assert call.material.kind == "detached" and call.material.signatures[0].signature
    assert "sha256:" + hashlib.sha256(call.material.signed).hexdigest() == record.digest
    assert "dev.cosignproject.cosign/signature" in call.material.annotations


def test_an_exception_is_a_refusal_and_its_traceback_a_diagnostic(
    now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    engine = engine_of(Device(raises(RuntimeError("the secret is 0x7f001234"))))
    with caplog.at_level(logging.ERROR, "cocket.verifier"):
        decision = engine.check(*asked(), now=now)
    assert decision.verdict is Verdict.DENY
    assert refusal(decision).endswith("failed: it gave no answer")
    assert b"secret" not in decision.to_json() and b"Traceback" not in decision.to_json()
    diagnostic = engine.diagnostics()[0]
    assert (diagnostic.verifier, diagnostic.authority) == ("acme-device", "device")
    assert "Traceback" in diagnostic.traceback and "0x7f001234" in diagnostic.traceback
    assert "0x7f001234" in caplog.text
    assert decision == engine.check(*asked(), now=now)


class Hostile(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize(
    "error",
    [Hostile(), SystemExit(0), GeneratorExit(), BaseException(), MemoryError(), RecursionError()],
    ids=lambda error: type(error).__name__,
)
def test_no_exception_leads_to_an_allow(error: BaseException, now: datetime) -> None:
    decision = engine_of(Device(raises(error))).check(*asked(), now=now)
    assert decision.verdict is Verdict.DENY
    assert "it gave no answer" in refusal(decision)


@pytest.mark.parametrize(
    "gives",
    [
        True,
        "acme",
        object(),
        Signer(""),
        Signer(7),  # type: ignore[arg-type]
        Signer("acme", proven_at=datetime(2026, 1, 1)),
        Signer("acme", proven_at="2026"),  # type: ignore[arg-type]
        Signer("acme", checks=(1,)),  # type: ignore[arg-type]
        Signer("\ud800"),
    ],
)
def test_only_a_whole_signer_counts(gives: object, now: datetime) -> None:
    decision = engine_of(Device(lambda call: gives)).check(*asked(), now=now)
    assert decision.verdict is Verdict.DENY
    assert "failed: it" in refusal(decision)


def test_none_is_no_signature_and_refused_has_its_own_words(now: datetime) -> None:
    decision = engine_of(Device(lambda call: None)).check(*asked(), now=now)
    assert decision.verdict is Verdict.DENY and "no key" in refusal(decision)
    engine = engine_of(Device(raises(Refused("the device is off" + 1000 * "!"))))
    refused = refusal(engine.check(*asked(), now=now))
    assert "failed: the device is off!" in refused and len(refused) < 300
    assert engine.diagnostics() == ()


def test_an_interrupt_denies_and_comes_again(now: datetime) -> None:
    engine = engine_of(Device(raises(KeyboardInterrupt())))
    decision = None
    # A program that was started in the background ignores interrupts, and Python goes along.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            decision = engine.check(*asked(), now=now)
            time.sleep(0.1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert decision is None or decision.verdict is Verdict.DENY


def test_it_is_called_from_many_threads(now: datetime) -> None:
    engine = engine_of(Device(signs))
    request, evidence = asked()
    with ThreadPoolExecutor(8) as pool:
        work = [pool.submit(engine.check, request, evidence, now=now) for _ in range(64)]
        assert {one.result().verdict for one in work} == {Verdict.ALLOW}


def test_it_may_use_the_package_while_it_is_asked(now: datetime) -> None:
    request, evidence = asked()

    def busy(call: VerifierCall) -> Signer:
        evidence.gap("added meanwhile")
        gc.collect()
        assert other.check(request, evidence, now=now).verdict is Verdict.DENY
        return signs(call)

    other = engine_of(Device(lambda call: None))
    decision = engine_of(Device(busy)).check(request, evidence, now=now)
    assert decision.verdict is Verdict.ALLOW


def test_diagnostics_are_bounded(now: datetime) -> None:
    engine = engine_of(Device(raises(RuntimeError("x"))))
    request, evidence = asked()
    for _ in range(120):
        engine.check(request, evidence, now=now)
    assert len(engine.diagnostics()) == 100


def test_what_is_no_verifier_is_refused_when_the_engine_is_made() -> None:
    class Nameless:
        id = ""

        def verify(self, call: VerifierCall) -> Signer | None:
            return None

    for wrong in (object(), Nameless(), None):
        with pytest.raises(TypeError):
            engine_of(wrong)
    with pytest.raises(cocket.PolicyError) as refused:
        cocket.Engine(cocket.Policies.from_yaml(POLICY))
    assert refused.value.errors[0].line == 5


class Dated(Device):
    def dates(self) -> list[datetime]:
        return [datetime(2026, 12, 1, tzinfo=timezone.utc)]


def test_dates_bound_how_long_a_decision_holds(now: datetime) -> None:
    decision = engine_of(Dated(signs)).check(*asked(), now=now)
    assert decision.valid_until == datetime(2026, 12, 1, tzinfo=timezone.utc)


def test_a_verifier_travels_with_its_engine(now: datetime) -> None:
    engine = pickle.loads(pickle.dumps(engine_of(Device(signs))))
    assert engine.check(*asked(), now=now).verdict is Verdict.ALLOW
    assert repr(engine).endswith(", verifiers=['acme-device'])")
