from __future__ import annotations

import json
import multiprocessing
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import cocket
import pytest
from cocket import Decision, Mode, Outcome, Verdict
from conftest import FIRST_LOOK

CHECKOUT = "registry.acme.example/shop/checkout:2.8.1"
NAMESPACE = "production-a"


@pytest.fixture(scope="module")
def engine() -> cocket.Engine:
    return cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))


def asked(image: str) -> tuple[cocket.ImageRequest, cocket.Evidence]:
    directory = cocket.EvidenceDirectory(FIRST_LOOK / "images")
    digest = directory.resolve(image)
    assert digest is not None
    evidence = directory.collect(digest)
    evidence.vouch_file(FIRST_LOOK / "reports")
    return cocket.ImageRequest(image, digest=digest, namespace=NAMESPACE), evidence


def test_a_good_image_is_allowed(engine: cocket.Engine, now: datetime) -> None:
    decision = engine.check(*asked(CHECKOUT), now=now)
    assert decision.verdict is Verdict.ALLOW
    assert decision.violations == ()
    assert {result.outcome for result in decision.results} == {Outcome.PASS}
    assert decision.now == now
    assert decision.valid_until is not None and decision.valid_until > now
    signatures = [record for record in decision.evidence if record.kind == "signature"]
    assert signatures and signatures[0].signer is not None
    assert decision.image is not None
    assert decision.image.given == CHECKOUT and decision.image.namespace == NAMESPACE
    assert [policy.outcome for policy in decision.policies] == [Outcome.PASS]


def test_a_bad_image_is_denied_with_reasons(engine: cocket.Engine, now: datetime) -> None:
    decision = engine.check(*asked("docker.io/acme-labs/newsletter:latest"), now=now)
    match decision:
        case Decision(Verdict.DENY, [cocket.Violation(reason=cocket.Reason(code=code)), *_]):
            assert code == decision.violations[0].reason.code
        case _:
            pytest.fail("not denied with a reason")
    assert all(violation.mode is Mode.ENFORCE for violation in decision.violations)
    assert all(violation.reason.remedy for violation in decision.violations)
    results = {result.rule: result for result in decision.results}
    scans = [result for result in results.values() if result.findings]
    assert scans and scans[0].findings and scans[0].findings.counted.items[0].id
    assert scans[0].counts is not None and scans[0].counts.vulnerability > 0


def test_waivers_are_seen(engine: cocket.Engine, now: datetime) -> None:
    found = engine.check(*asked("registry.acme.example/shop/orders:5.0.2"), now=now)
    effects = {use.effect for use in found.exceptions}
    assert effects == {"used", "expired"}
    assert all(use.expires.tzinfo is timezone.utc for use in found.exceptions)


def test_a_decision_is_its_bytes(engine: cocket.Engine, now: datetime) -> None:
    decision = engine.check(CHECKOUT, now=now)
    again = pickle.loads(pickle.dumps(decision))
    assert again == decision and hash(again) == hash(decision)
    assert again.to_json() == decision.to_json()
    assert decision.to_dict()["verdict"] == decision.verdict.value
    decision.to_dict().clear()
    assert decision.to_dict()
    assert decision != engine.check(CHECKOUT, now=now + timedelta(seconds=1))
    assert repr(decision).startswith("Decision(Verdict.DENY, image='registry.acme.example")
    for wrong in (b"{}", b"[]"):
        with pytest.raises(ValueError):
            Decision(wrong)


def test_what_cannot_be_told_is_denied_or_refused(engine: cocket.Engine, now: datetime) -> None:
    for image in ("", "UPPER/case", "a" * 100_000, "x@sha256:1"):
        assert engine.check(image, now=now).verdict is Verdict.DENY
    assert engine.check("", now=now).general[0].code == "reference.invalid"
    with pytest.raises(cocket.RequestError, match="digest"):
        engine.check(cocket.ImageRequest(CHECKOUT, digest="latest"), now=now)
    with pytest.raises(cocket.RequestError, match="timezone"):
        engine.check(CHECKOUT, now=datetime(2026, 11, 23))
    with pytest.raises(cocket.RequestError, match="timezone"):
        cocket.History(first_seen={"CVE-1": datetime(2026, 11, 23)})
    with pytest.raises(cocket.RequestError, match="digest"):
        cocket.History(tags={"a": "b"})
    with pytest.raises(TypeError):
        engine.check(7, now=now)  # type: ignore[arg-type]


def test_any_timezone_means_the_same_moment(engine: cocket.Engine, now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=5, minutes=45)))
    assert engine.check(CHECKOUT, now=elsewhere) == engine.check(CHECKOUT, now=now)


def test_threads_get_the_same_answer(engine: cocket.Engine, now: datetime) -> None:
    request, evidence = asked(CHECKOUT)
    with ThreadPoolExecutor(8) as pool:
        work = [pool.submit(engine.check, request, evidence, now=now) for _ in range(64)]
        assert len({one.result() for one in work}) == 1


def judged_elsewhere(pickled: bytes) -> bytes:
    engine, request, evidence, now = pickle.loads(pickled)
    decision: cocket.Decision = engine.check(request, evidence, now=now)
    return decision.to_json()


def test_an_engine_travels_to_another_process(engine: cocket.Engine, now: datetime) -> None:
    request, evidence = asked(CHECKOUT)
    pickled = pickle.dumps((engine, request, evidence, now))
    assert pickle.loads(pickled)[0] == engine
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        there = pool.apply(judged_elsewhere, (pickled,))
    assert there == engine.check(request, evidence, now=now).to_json()


def test_histories_are_values(now: datetime) -> None:
    tags = {"registry.example.com/app:1": "sha256:" + 64 * "0"}
    history = cocket.History(tags=tags, first_seen={"CVE-1": now})
    assert pickle.loads(pickle.dumps(history)) == history
    assert hash(history) == hash(cocket.History(tags, {"CVE-1": now}))
    tags.clear()
    assert len(history.tags) == 1


def test_the_interpreter_runs_on_while_work_is_done() -> None:
    """Policies that take a while are loaded; another thread must get its turns meanwhile."""
    rule = "    - {{id: r{n}, registry: {{allow: ['registry.example.com/team-{n}/**']}}}}\n"
    head = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nmetadata: {name: big}\n"
    text = head + "spec:\n  rules:\n" + "".join(rule.format(n=n) for n in range(900))
    turns, stop = [0], threading.Event()

    def tick() -> None:
        while not stop.is_set():
            turns[0] += 1
            time.sleep(0.001)

    ticking = threading.Thread(target=tick)
    ticking.start()
    try:
        time.sleep(0.01)
        start, before = time.perf_counter(), turns[0]
        cocket.Policies.from_yaml(text)
        spent, turned = time.perf_counter() - start, turns[0] - before
    finally:
        stop.set()
        ticking.join()
    assert spent > 0.02, "too fast to tell"
    assert turned >= 3, (spent, turned)


def test_objects_are_judged_each_with_its_place(engine: cocket.Engine, now: datetime) -> None:
    directory = cocket.EvidenceDirectory(FIRST_LOOK / "images")
    evidence, resolved = cocket.Evidence(), {}
    evidence.vouch_file(FIRST_LOOK / "reports")
    for image in directory.images():
        evidence.merge(directory.collect(image.digest))
        if image.name is not None:
            resolved[image.name] = image.digest
    text = (FIRST_LOOK / "deploy/production.yaml").read_bytes()
    review = engine.check_objects(
        {"production.yaml": text},
        evidence,
        now=now,
        object_namespaces=True,
        resolved=resolved,
    )
    assert review.verdict is Verdict.DENY
    verdicts = {
        one.image.given.split("@")[0]: one.verdict for one in review.decisions if one.image
    }
    allowed = [image for image, verdict in verdicts.items() if verdict is Verdict.ALLOW]
    assert allowed == [CHECKOUT] and len(verdicts) == 5
    origin = review.decisions[0].origin
    assert origin is not None and origin.file == "production.yaml" and origin.line
    assert review.to_json().endswith(b'"verdict":"deny"}')
    joined = b",".join(decision.to_json() for decision in review.decisions)
    assert joined in review.to_json()
    assert json.loads(review.to_json())["decisions"] == [one.to_dict() for one in review.decisions]


def test_objects_that_cannot_be_read_are_errors(engine: cocket.Engine, now: datetime) -> None:
    for text in ("a: [", b"\xff", "", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}"):
        with pytest.raises(cocket.RequestError):
            engine.check_objects({"x.yaml": text}, now=now)


def test_a_request_with_its_own_policies_is_not_answered_by_others(engine: cocket.Engine) -> None:
    request = {"op": "check", "now": "2026-11-23T12:00:00Z", "policies": [{"name": "", "text": ""}]}
    answer = json.loads(engine.answer(json.dumps(request).encode()))
    assert answer["answer"] == "error" and answer["errors"][0]["path"] == "/policies"


def test_what_is_kept_of_verifications_can_be_seen(now: datetime) -> None:
    engine = cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))
    assert engine.cache_statistics.oldest is None
    first = engine.check(*asked(CHECKOUT), now=now)
    assert cocket.Engine(engine.policies, cache_of=engine).cache_statistics == engine.cache_statistics
    before = engine.cache_statistics
    assert (before.hits, before.oldest) == (0, now)
    assert engine.check(*asked(CHECKOUT), now=now) == first
    after = engine.cache_statistics
    assert (after.hits, after.misses) == (before.misses, before.misses)
    assert after.entries == before.entries <= after.capacity


def test_reports_are_made_of_decisions_with_their_places(now: datetime) -> None:
    engine = cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))
    text = (FIRST_LOOK / "deploy/production.yaml").read_text()
    review = engine.check_objects({"production.yaml": text}, now=now)
    sarif = json.loads(cocket.report("sarif", review.decisions))
    places = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif["runs"][0]["results"]
    ]
    assert places and set(places) == {"production.yaml"}
    whole = json.loads(cocket.report("json", review.decisions))
    assert whole["decisions"] == [one.to_dict() for one in review.decisions]
    decision = engine.check("docker.io/library/nginx:latest", now=now)
    assert cocket.report("table", [decision]).startswith("DENY")
    assert cocket.report("junit", []).startswith("<?xml")


def test_decisions_that_were_taken_up_again_are_reported_in_the_same_way(now: datetime) -> None:
    engine = cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))
    text = (FIRST_LOOK / "deploy/production.yaml").read_text()
    review = engine.check_objects({"production.yaml": text}, now=now)
    images = ["registry.acme.example/shop/orders:5.0.2", CHECKOUT]
    decisions = [*review.decisions, *(engine.check(*asked(image), now=now) for image in images)]
    pickled = pickle.loads(pickle.dumps(decisions))
    written = [cocket.Decision.from_json(one.to_json().decode()) for one in decisions]
    for format in ("table", "json", "yaml", "junit", "sarif", "github", "markdown"):
        told = cocket.report(format, decisions)
        assert cocket.report(format, pickled) == told == cocket.report(format, written)


def test_only_the_bytes_of_a_decision_are_taken_up(now: datetime) -> None:
    engine = cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))
    whole = engine.check("docker.io/library/nginx:latest", now=now).to_json()
    forged = whole.replace(b'"verdict":"deny"', b'"verdict":"maybe"')
    with pytest.raises(cocket.RequestError) as refused:
        cocket.Decision(forged)
    assert refused.value.errors[0].path == "/verdict"
    for wrong in (b"", b"null", b"{}", b"\xff", whole + b" ", whole.replace(b"image", b"imagine", 1)):
        with pytest.raises(cocket.RequestError):
            cocket.Decision(wrong)


def test_what_no_report_can_be_made_of_is_refused(now: datetime) -> None:
    engine = cocket.Engine(cocket.Policies.from_file(FIRST_LOOK / "policy"))
    decision = engine.check("docker.io/library/nginx:latest", now=now)
    with pytest.raises(cocket.RequestError, match="nonsense") as refused:
        cocket.report("nonsense", [decision])  # type: ignore[arg-type]
    assert refused.value.errors[0].path == "/format"
    with pytest.raises(cocket.RequestError, match="not in the catalogue"):
        cocket.explain("registry.nonsense")
