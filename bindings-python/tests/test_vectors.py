"""The cases that every language is compared on, byte for byte."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from typing import Any

import cocket
import pytest
from conftest import COUNTED, Case, decoded

THREADS = 8
ATTACHED = (
    "application/vnd.dev.cosign.simplesigning.v1+json",
    "application/vnd.dsse.envelope.v1+json",
    "application/vnd.dev.sigstore.bundle",
)


def test_answers_are_the_same_bytes_as_in_rust(
    cases: list[Case], pytestconfig: pytest.Config
) -> None:
    counted = pytestconfig.stash[COUNTED]
    for case in cases:
        counted[case.name] = cocket.answer(case.wire()) == case.answer
    different = [name for name, same in counted.items() if not same]
    assert not different


def test_answers_are_the_same_bytes_from_eight_threads(
    cases: list[Case], pytestconfig: pytest.Config
) -> None:
    def different(turn: int) -> list[str]:
        turned = cases[turn:] + cases[:turn]
        return [case.name for case in turned if cocket.answer(case.wire()) != case.answer]

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(different, range(0, THREADS * 7, 7)))
    for name in {name for names in found for name in names}:
        pytestconfig.stash[COUNTED][name] = False
    assert found == [[]] * THREADS


def test_prebuilt_handles_give_the_same_bytes(cases: list[Case]) -> None:
    compared = 0
    for case, engine, evidence in prepared(cases):
        own = ("policies", "trust", "evidence", "vouched", "gaps", "allowPartial", "dialect")
        request = {name: value for name, value in case.request.items() if name not in own}
        answer = engine.answer(json.dumps(request).encode(), evidence)
        wanted = case.answer
        notes = json.loads(wanted).get("notes", [])
        assert [wire_form(note) for note in engine.policies.notes] == notes, case.name
        if notes:  # they are the policies' own, and the engine was made before the request
            assert {**json.loads(answer), "notes": notes} == json.loads(wanted), case.name
            continue
        assert answer == wanted, case.name
        compared += 1
    assert compared > 50


def test_typed_decisions_have_the_same_bytes(cases: list[Case]) -> None:
    compared = 0
    for case, engine, evidence in prepared(cases):
        context = case.request.get("context", {})
        expected = json.loads(case.answer)
        if expected["answer"] != "decided" or context.get("objects"):
            continue
        requests = [image_request(image, context) for image in context["images"]]
        moment = now(case)
        past = history(case.request.get("history", {}))
        for request, wanted in zip(requests, expected["decisions"], strict=True):
            decision = engine.check(request, evidence, now=moment, history=past)
            assert decision.to_dict() == wanted, case.name
            assert decision.to_json() in case.answer, case.name
            compared += 1
    assert compared > 50


def test_admissions_have_the_same_bytes(cases: list[Case]) -> None:
    compared = 0
    for case, engine, evidence in prepared(cases):
        if case.request.get("op") != "admit" or "review" not in case.request:
            continue
        context, recorded = case.request.get("context", {}), case.request.get("history", {})
        if context.get("images"):
            continue  # a fault in the form of the request, which is the wire's own
        admission = engine.admit(
            case.request["review"],
            evidence,
            now=now(case),
            history=history({name: recorded[name] for name in recorded if name != "covered"}),
            namespace_labels=context.get("namespaceLabels"),
            owner_labels=context.get("ownerLabels"),
            resolved=context.get("resolved"),
            pin=context.get("pin", False),
            covered=recorded.get("covered", ()),
        )
        assert admission.to_json() == case.answer, case.name
        expected = json.loads(case.answer)
        assert json.loads(admission.response) == expected["response"], case.name
        assert [one.to_dict() for one in admission.decisions] == expected["decisions"], case.name
        assert admission.allowed == expected["response"]["response"]["allowed"], case.name
        assert admission.coverage == set(expected.get("coverage", ())), case.name
        compared += 1
    assert compared > 40


def test_a_review_that_is_no_text_is_denied(cases: list[Case]) -> None:
    engine = next(engine for _, engine, _ in prepared(cases))
    moment = datetime(2026, 11, 23, tzinfo=timezone.utc)
    admission = engine.admit(b"\xff{}", now=moment)
    assert not admission.allowed
    assert admission.reasons[0].code == "admission.malformed"


def test_what_would_run_is_listed_as_recorded(cases: list[Case]) -> None:
    compared = 0
    for case, engine, _ in prepared(cases):
        if case.request.get("op") != "objects" or "now" in case.request:
            continue
        expected, texts = json.loads(case.answer), case.request["context"].get("objects", ())
        for text in texts:
            try:
                found = engine.objects(text["text"], text["name"])
            except cocket.RequestError as refused:
                assert [wire_form(fault) for fault in refused.errors] == expected["errors"]
                compared += 1
                continue
            assert list(found.images) == expected["images"], case.name
            told = json.loads(json.dumps(dataclasses.asdict(found), sort_keys=True))
            for workload, wanted in zip(told["workloads"], expected["workloads"], strict=True):
                named = {"api_version": wanted.pop("apiVersion"), "namespace": None}
                assert workload == {**named, **wanted}, case.name
            for passed, wanted in zip(told["unjudged"], expected["unjudged"], strict=True):
                assert passed == {"carries_pods": wanted.pop("carriesPods"), **wanted}, case.name
            compared += 1
        if (review := case.request.get("review")) is not None:
            assert list(engine.review_images(review)) == expected["images"], case.name
            compared += 1
    assert compared > 4


def test_policies_in_our_own_form_are_as_recorded(cases: list[Case]) -> None:
    compared = 0
    for case in cases:
        expected = json.loads(case.answer)
        if case.request.get("op") != "import" or expected["answer"] == "error":
            continue
        loaded = cocket.Policies.from_yaml(case.policy)
        assert loaded.to_yaml() == expected["yaml"], case.name
        compared += 1
    assert compared > 2


def test_reports_are_summed_up_as_recorded(cases: list[Case]) -> None:
    compared = 0
    for case in cases:
        if case.request.get("op") != "summary" or "now" not in case.request:
            continue
        expected, asked = json.loads(case.answer), case.request["summary"]
        loaded = cocket.Policies.from_yaml(case.policy)
        for position, report in enumerate(asked["reports"]):
            try:
                text = cocket.scan_summary(
                    base64.b64decode(report["data"]),
                    now=now(case),
                    policies=loaded,
                    rule=asked["rule"],
                    name=report["name"],
                )
            except (cocket.EvidenceError, cocket.RequestError) as refused:
                wanted = expected["errors"][0]
                assert (refused.kind, refused.errors[0].message) == (
                    wanted["kind"],
                    wanted["message"],
                )
            else:
                assert text == expected["reports"][position]["text"], case.name
            compared += 1
    assert compared > 4


def test_objects_are_judged_in_the_same_bytes(cases: list[Case]) -> None:
    compared = 0
    for case, engine, evidence in prepared(cases):
        context, expected = case.request.get("context", {}), json.loads(case.answer)
        objects = context.get("objects")
        if case.request.get("op") != "check" or not objects or context.get("images"):
            continue
        if case.name.startswith("requests/") or expected.get("notes"):
            continue
        texts = {text["name"]: text["text"] for text in objects}
        try:
            review = engine.check_objects(
                texts,
                evidence,
                now=now(case),
                history=history(case.request.get("history", {})),
                namespace=context.get("namespace"),
                namespace_labels=context.get("namespaceLabels"),
                owner_labels=context.get("ownerLabels"),
                object_namespaces=context.get("objectNamespaces", False),
                admission=context.get("admission", False),
                resolved=context.get("resolved"),
            )
        except cocket.RequestError as refused:
            assert [wire_form(fault) for fault in refused.errors] == expected["errors"], case.name
        else:
            assert review.to_json() == case.answer, case.name
            assert [one.to_dict() for one in review.decisions] == expected["decisions"]
        compared += 1
    assert compared > 50


def test_errors_have_the_same_kind_and_place(cases: list[Case]) -> None:
    compared = 0
    for case in cases:
        expected = json.loads(case.answer)
        if expected["answer"] != "error" or not expected["errors"][0]["kind"].startswith("policy"):
            continue
        with pytest.raises(cocket.PolicyError) as refused:
            cocket.Engine(policies(case))
        found = [wire_form(fault) for fault in refused.value.errors]
        assert found == expected["errors"], case.name
        compared += 1
    # The vectors may hold none; one that every reader of policies must refuse is compared here.
    request = {"op": "check", "now": "2026-11-23T12:00:00Z"}
    text = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nspec: {rule: []}\n"
    wrong = Case("wrong", text, request, b"")
    with pytest.raises(cocket.PolicyError) as refused:
        cocket.Policies.from_yaml(text)
    found = [wire_form(fault) for fault in refused.value.errors]
    assert found == json.loads(cocket.answer(wrong.wire()))["errors"]
    assert found[0]["line"] == 3 and found[0]["kind"] == "policy.unknownKey"


def wire_form(fault: cocket.Fault) -> dict[str, Any]:
    names = ("kind", "message", "file", "line", "column", "path", "help")
    values = {name: getattr(fault, name) for name in names}
    return {name: value for name, value in values.items() if value not in (None, "")}


def prepared(cases: list[Case]) -> Iterator[tuple[Case, cocket.Engine, cocket.Evidence]]:
    """The cases whose policies load, with handles made by the typed classes."""
    for case in cases:
        expected = json.loads(case.answer)
        kinds = {fault["kind"] for fault in expected.get("errors", ())}
        if any(kind.startswith(("policy", "evidence")) for kind in kinds):
            continue
        if case.request.get("op") in ("verify", "import", "summary"):
            continue  # they take policies and no engine
        if case.name == "requests/unknown-member":
            continue  # the place of the fault is a column of the request, which is another here
        yield case, cocket.Engine(policies(case)), evidence(case)


def policies(case: Case) -> cocket.Policies:
    trust = [(one["name"], one["text"]) for one in case.request.get("trust", ())]
    partial = case.request.get("allowPartial", False)
    dialect = case.request.get("dialect", "strict")
    texts = [("policy.yaml", case.policy), *trust]
    return cocket.Policies(texts, allow_partial=partial, dialect=dialect)


def evidence(case: Case) -> cocket.Evidence:
    made = cocket.Evidence()
    for item in case.request.get("evidence", ()):
        data, media_type = decoded(item["data"]), item["mediaType"]
        subject = item.get("subject")
        if subject is not None or media_type.startswith(ATTACHED):
            annotations = item.get("annotations")
            made.attach(data, media_type=media_type, subject=subject, annotations=annotations)
        else:
            made.add_blob(bytearray(data), media_type=media_type, digest=item.get("digest"))
    for item in case.request.get("vouched", ()):
        made.vouch(memoryview(decoded(item["data"])), subject=item.get("subject"))
    for item in case.request.get("gaps", ()):
        made.gap(item["detail"], kind=item["kind"], subject=item.get("subject"))
    return made


def image_request(image: dict[str, Any], context: dict[str, Any]) -> cocket.ImageRequest:
    own = image.get("namespace")
    return cocket.ImageRequest(
        image=image["image"],
        digest=image.get("digest", context.get("resolved", {}).get(image["image"])),
        parent=image.get("parent"),
        kind=image.get("kind"),
        namespace=own if own is not None else context.get("namespace"),
        namespace_labels=image.get(
            "namespaceLabels", context.get("namespaceLabels") if own is None else None
        ),
        owner_labels=image.get("ownerLabels", context.get("ownerLabels")),
        admission=context.get("admission", False),
    )


def history(value: dict[str, Any]) -> cocket.History:
    seen = value.get("firstSeen", {})
    moments = {name: moment(text) for name, text in seen.items()}
    statements = [
        cocket.RecordedStatement(one["subject"], one["authority"], one["type"], moment(one["at"]))
        for one in value.get("statements", [])
    ]
    return cocket.History(tags=value.get("tags"), first_seen=moments, statements=statements)


def now(case: Case) -> datetime:
    return moment(case.request["now"])


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
