from __future__ import annotations

import json
import pickle
from datetime import datetime
from pathlib import Path

import cocket
import pytest
from conftest import FIRST_LOOK, ROOT

POLICY = """\
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production, version: "3"}
spec:
  rules:
    - id: tags
      reference: {tag: {deny: [latest]}}
    - id: approved
      registry: {allow: ['registry.example.com/**']}
"""


def test_a_fault_says_its_place_and_what_may_be_meant() -> None:
    with pytest.raises(cocket.PolicyError) as refused:
        cocket.Policies.from_yaml(POLICY.replace("registry: {", "registri: {"), "mine.yaml")
    fault = refused.value.errors[0]
    assert (fault.kind, fault.file, fault.line) == ("policy.unknownKey", "mine.yaml", 9)
    assert fault.column == 7
    assert fault.path.startswith("spec.rules[1]")
    assert "registry" in (fault.help or "")
    assert fault.snippet is not None and fault.snippet in fault.render()
    assert isinstance(refused.value, cocket.CocketError)
    again = pickle.loads(pickle.dumps(refused.value))
    assert again.errors == refused.value.errors and str(again) == str(refused.value)


def test_files_and_directories_are_read(tmp_path: Path) -> None:
    whole = cocket.Policies.from_file(FIRST_LOOK / "policy")
    files = sorted((FIRST_LOOK / "policy").iterdir())
    assert cocket.Policies.from_files(files) == whole
    assert cocket.Policies.from_files(str(file) for file in files) == whole
    with pytest.raises(cocket.SourceError, match="nowhere"):
        cocket.Policies.from_file(tmp_path / "nowhere.yaml")
    with pytest.raises(TypeError):
        cocket.Policies.from_files(str(files[0]))
    for wrong in (7, None, ["kind: ImagePolicy"]):
        with pytest.raises(TypeError):
            cocket.Policies.from_yaml(wrong)  # type: ignore[arg-type]


def test_texts_and_values_give_equal_policies() -> None:
    policies = cocket.Policies.from_yaml(POLICY)
    value = policies.to_dict()
    assert cocket.Policies.from_dict(value) == policies
    assert cocket.Policies.from_json(json.dumps(value["documents"][0])) == policies
    assert cocket.Policies.from_yaml(POLICY.encode()) == policies
    assert hash(cocket.Policies.from_dict(value)) == hash(policies)
    assert policies != cocket.Policies.from_yaml(POLICY.replace("latest", "dev"))
    assert policies != "policies"
    assert repr(policies).startswith("Policies(policies=['production'], digest='sha256:")


def test_a_policy_is_a_view_of_its_document() -> None:
    (policy,) = cocket.Policies.from_yaml(POLICY).policies
    assert (policy.name, policy.version) == ("production", "3")
    assert policy.rules == ("approved", "tags")
    copied = policy.to_dict()
    copied["spec"]["rules"].clear()
    assert policy.to_dict()["spec"]["rules"]
    assert policy == pickle.loads(pickle.dumps(policy))


def test_pickled_policies_keep_names_and_lines(now: datetime) -> None:
    doubtful = POLICY.replace("spec:", "spec:\n  enforceFrom: 2020-01-01\n  mode: enforce")
    policies = cocket.Policies.from_yaml(doubtful, "there.yaml")
    warnings = policies.warnings(now)
    assert warnings and warnings[0].kind == "policy.doubtful"
    assert warnings[0].file == "there.yaml"
    again = pickle.loads(pickle.dumps(policies))
    assert again == policies and again.warnings(now) == warnings


def test_moments_without_a_timezone_are_refused() -> None:
    policies = cocket.Policies.from_yaml(POLICY)
    with pytest.raises(cocket.RequestError, match="timezone"):
        policies.warnings(datetime(2026, 11, 23))
    with pytest.raises(TypeError):
        policies.warnings("2026-11-23T12:00:00Z")  # type: ignore[arg-type]


def test_an_error_has_the_place_of_its_first_fault() -> None:
    text = "apiVersion: cocket.dev/v1alpha1\nkind: ImagePolicy\nspec: {rule: []}\n"
    with pytest.raises(cocket.PolicyError) as refused:
        cocket.Policies.from_yaml(text, "acme.yaml")
    error, first = refused.value, refused.value.errors[0]
    assert (error.kind, error.file, error.line) == ("policy.unknownKey", "acme.yaml", 3)
    assert (error.column, error.path) == (first.column, first.path)


def test_trust_roots_are_documents_of_the_set() -> None:
    policies = cocket.Policies.from_file(FIRST_LOOK / "policy")
    (root,) = policies.trust_roots
    assert root.to_dict()["kind"] == "TrustRoot" and root.name == "acme"
    root.to_dict().clear()
    assert root.to_dict()
    assert root == policies.trust_roots[0] and repr(root).startswith("TrustRoot(name='acme'")


def test_the_schema_is_the_one_that_the_project_documents() -> None:
    documented = json.loads((ROOT / "docs/policy.schema.json").read_bytes())
    assert cocket.policy_schema() == documented
    answer = json.loads(cocket.answer(b'{"op":"schema"}'))
    assert answer == {"answer": "schema", "schema": documented}
