"""Judges of Kubernetes objects that are Python objects."""

from __future__ import annotations

import json
import pickle
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import cocket
import pytest
from cocket import ObjectAnswer, ObjectCase, ObjectResult, Refused, Verdict
from conftest import COUNTED, ROOT, Case, read_case
from test_vectors import evidence, moment

POD = """\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {hostNetwork: true, containers: [{name: a, image: 'nginx:1'}]}
"""


class Judge:
    """A judge that does what it is told."""

    name = "pods"
    id = "acme-pods/1"
    rules = ("host-network", "owner")

    def __init__(self, does: Callable[[ObjectCase], object]) -> None:
        self.does = does

    def judge(self, case: ObjectCase) -> ObjectAnswer:
        return self.does(case)  # type: ignore[return-value]


class Portable:
    """One that can be pickled."""

    name, id, rules = "pods", "acme-pods/1", ["host-network"]

    def judge(self, case: ObjectCase) -> ObjectAnswer:
        has = case.object["spec"].get("hostNetwork", False)
        return ObjectAnswer([ObjectResult("host-network", "fail" if has else "pass")])


def engine_of(judge: object) -> cocket.Engine:
    return cocket.Engine(cocket.Policies([], judges=[judge]))  # type: ignore[list-item]


def judged(engine: cocket.Engine, now: datetime) -> cocket.Review:
    return engine.check_objects({"pod.yaml": POD}, now=now, namespace="shop")


def reasons(review: cocket.Review) -> list[str]:
    (decision,) = review.decisions
    return [str(reason.found) for result in decision.results for reason in result.reasons]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


class Played:
    """What a case's script says of a judge, and what it answers; what it is asked is kept."""

    def __init__(self, script: dict[str, Any], *, typed: bool = False) -> None:
        declaration = script["declaration"]
        self.name, self.id, self.rules = (declaration[one] for one in ("name", "id", "rules"))
        self.authorities = declaration.get("authorities")
        self.signed = declaration.get("signed")
        self.evidence = declaration.get("evidence")
        self.answers = script["answers"]
        self.typed = typed
        self.asked: list[ObjectCase] = []

    def judge(self, case: ObjectCase) -> ObjectAnswer | bytes:
        self.asked.append(case)
        answer = self.answers[case.object["metadata"]["name"]]
        if answer is None:
            raise ValueError("the script has no answer")
        return answer_of(json.loads(answer)) if self.typed else str(answer).encode()


def answer_of(told: dict[str, Any]) -> ObjectAnswer:
    until = told.get("validUntil")
    return ObjectAnswer(
        [result(one) for one in told["results"]],
        excluded_by=told.get("excludedBy"),
        valid_until=None if until is None else moment(until),
    )


def result(told: dict[str, Any]) -> ObjectResult:
    notes = [(note["quirk"], note["detail"]) for note in told.pop("notes", ())]
    return ObjectResult(**told, notes=notes)


def played(*, typed: bool) -> list[tuple[Path, Case, Played]]:
    folders = sorted(path.parent for path in (ROOT / "core/tests/judges").glob("*/*/judge.json"))
    assert len(folders) > 25
    cases = []
    for folder in folders:
        script = json.loads((folder / "judge.json").read_bytes())
        cases.append((folder, read_case(folder), Played(script, typed=typed)))
    return cases


OWN = ("evidence", "vouched", "gaps")


def answered(case: Case, judge: Played) -> bytes:
    policies = cocket.Policies([("policy.yaml", case.policy)], judges=[judge])
    request = {name: case.request[name] for name in case.request if name not in OWN}
    return cocket.Engine(policies).answer(json.dumps(request).encode(), evidence(case))


def test_cases_have_the_recorded_bytes_and_questions(pytestconfig: pytest.Config) -> None:
    counted, played_cases = pytestconfig.stash[COUNTED], played(typed=False)
    for folder, case, judge in played_cases:
        same = answered(case, judge) == case.answer
        wanted = json.loads((folder / "asked.json").read_bytes())
        same = same and [wire_form(one) for one in judge.asked] == wanted
        counted[f"judges/{case.name}"] = same

    def different(turn: int) -> list[str]:
        turned = played_cases[turn:] + played_cases[:turn]
        return [case.name for _, case, judge in turned if answered(case, judge) != case.answer]

    with ThreadPoolExecutor(8) as pool:
        found = {name for names in pool.map(different, range(0, 24, 3)) for name in names}
    counted.update({f"judges/{name}": False for name in found})
    assert [name for name in counted if name.startswith("judges/") and not counted[name]] == []


def test_typed_answers_give_the_recorded_bytes() -> None:
    compared = 0
    for _, case, judge in played(typed=True):
        if case.name.startswith("failures/") and case.name != "failures/another-rule":
            continue  # answers that no object of ours can be
        assert answered(case, judge) == case.answer, case.name
        compared += 1
    assert compared > 15


def wire_form(case: ObjectCase) -> dict[str, Any]:
    told: dict[str, Any] = {
        "object": case.object,
        "operation": case.operation,
        "subresource": case.subresource,
        "images": list(case.images),
        "digests": case.digests,
        "signed": [signed_form(one) for one in case.signed],
        "now": case.now.isoformat().replace("+00:00", "Z"),
        "old": case.old,
        "namespace": case.namespace,
        "namespaceLabels": case.namespace_labels,
        "ownerLabels": case.owner_labels,
        "evidence": case.evidence,
    }
    if case.username is not None:
        told["user"] = {"username": case.username, "groups": list(case.groups)}
    return {name: value for name, value in told.items() if value is not None}


def signed_form(one: cocket.SignedImage) -> dict[str, Any]:
    told = {"image": one.image, "authority": one.authority, "predicateType": one.predicate_type}
    statements = [{"document": digest, "statement": each} for digest, each in one.statements]
    more = {"annotations": one.annotations, "documents": list(one.documents)}
    why = {"statements": statements, "refused": one.refused, "unknown": one.unknown}
    return {name: value for name, value in {**told, **more, **why}.items() if value}


def test_a_judge_has_its_say(now: datetime) -> None:
    asked: list[ObjectCase] = []

    def does(case: ObjectCase) -> ObjectAnswer:
        asked.append(case)
        return ObjectAnswer(
            [ObjectResult("host-network", "fail", "no", mode=cocket.Mode.WARN, severity="high")],
            valid_until=now + timedelta(days=1),
        )

    judge = Judge(does)
    assert isinstance(judge, cocket.ObjectJudge)
    engine = engine_of(judge)
    review = judged(engine, now)
    assert review.verdict is Verdict.WARN and asked[0].namespace == "shop"
    assert review.decisions[0].valid_until == now + timedelta(days=1)
    assert engine.policies.judges == (judge,)
    assert engine.policies.diagnostics() == ()


@pytest.mark.parametrize("failure", [ValueError("at 0x1234"), SystemExit(0), RecursionError()])
def test_exceptions_deny_and_stay_out_of_the_decision(
    now: datetime, failure: BaseException
) -> None:
    def does(case: ObjectCase) -> object:
        raise failure

    engine = engine_of(Judge(does))
    review = judged(engine, now)
    assert review.verdict is Verdict.DENY
    assert reasons(review) == ["the judge failed: it gave no answer"] * 2
    (diagnostic,) = engine.policies.diagnostics()
    assert (diagnostic.judge, diagnostic.object) == ("pods", "Pod/web")
    assert type(failure).__name__ in diagnostic.traceback
    assert b"0x1234" not in review.to_json()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        True,
        '{"results":[]}',
        {"results": []},
        ObjectAnswer(None),  # type: ignore[arg-type]
        ObjectAnswer([{"rule": "owner", "outcome": "pass"}]),  # type: ignore[list-item]
        ObjectAnswer([ObjectResult("owner", float("nan"))]),  # type: ignore[arg-type]
        ObjectAnswer([], valid_until=datetime(2027, 1, 1)),
    ],
)
def test_what_is_no_answer_denies(now: datetime, answer: object) -> None:
    review = judged(engine_of(Judge(lambda case: answer)), now)
    assert review.verdict is Verdict.DENY
    assert reasons(review) == ["the judge failed: it gave no answer"] * 2


def test_what_is_refused_is_said_in_the_judges_words(now: datetime) -> None:
    def does(case: ObjectCase) -> object:
        raise Refused("the inventory is locked")

    assert reasons(judged(engine_of(Judge(does)), now))[0].endswith("the inventory is locked")
    silent = engine_of(Judge(lambda case: ObjectAnswer([ObjectResult("other", "pass")])))
    assert "`other` is none of its rules" in reasons(judged(silent, now))[0]


def test_what_a_judge_says_of_itself_is_checked() -> None:
    wrongs = [("rules", ()), ("rules", ["a b"]), ("id", ""), ("name", ""), ("signed", [{}])]
    for name, wrong in wrongs:
        judge = Judge(lambda case: ObjectAnswer([]))
        setattr(judge, name, wrong)
        with pytest.raises(cocket.RequestError) as refused:
            engine_of(judge)
        assert refused.value.errors[0].path.startswith(f"/{name}")
    for wrong_judge in (object(), Judge, 3):
        with pytest.raises(TypeError):
            engine_of(wrong_judge)
    texts = Judge(lambda case: ObjectAnswer([]))
    texts.rules = "owner"  # type: ignore[assignment]
    with pytest.raises(TypeError):
        engine_of(texts)
    with pytest.raises(cocket.PolicyError) as twice:
        cocket.Policies([], judges=[Portable(), Portable()])
    assert (twice.value.errors[0].file, twice.value.errors[0].path) == ("pods", "name")


def test_judges_travel_with_their_policies(now: datetime) -> None:
    engine = engine_of(Portable())
    again = pickle.loads(pickle.dumps(engine))
    assert again == engine and again.policies == engine.policies
    assert judged(again, now).to_json() == judged(engine, now).to_json()
    assert engine.policies != cocket.Policies([], judges=[Judge(lambda case: ObjectAnswer([]))])


def test_judges_are_asked_from_many_threads(now: datetime) -> None:
    engine = engine_of(Portable())
    expected = judged(engine, now).to_json()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: judged(engine, now).to_json(), range(32)))
    assert found == [expected] * 32


def test_files_and_judges_are_one_set(tmp_path: Path) -> None:
    text = "apiVersion: cocket.dev/v1alpha1\nkind: PolicySet\nmetadata: {name: s}\nspec: {}\n"
    (tmp_path / "set.yaml").write_text(text)
    by_text = cocket.Policies([("set.yaml", text)], judges=[Portable()])
    assert cocket.Policies.from_file(tmp_path, judges=[Portable()]) == by_text
    assert cocket.Policies.from_files([tmp_path], judges=[Portable()]) == by_text
    assert "`pods` judges objects and has no equivalent" in by_text.to_yaml()


def test_an_interrupt_denies_and_comes_again(now: datetime) -> None:
    def does(case: ObjectCase) -> object:
        raise KeyboardInterrupt

    review = None
    # A program that was started in the background ignores interrupts, and Python goes along.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            review = judged(engine_of(Judge(does)), now)
            time.sleep(0.1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert review is None or review.verdict is Verdict.DENY
