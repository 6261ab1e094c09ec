"""What objects and reviews would run, listed before anything is decided."""

from __future__ import annotations

import json

import cocket
import pytest

POLICY = """\
apiVersion: cocket.dev/v1alpha1
kind: PolicySet
metadata: {name: acme}
spec: {workloads: [{apiVersion: acme.example/v1, kind: Server, images: [/spec/image]}]}
---
apiVersion: cocket.dev/v1alpha1
kind: ImagePolicy
metadata: {name: production}
spec: {rules: [{id: approved, registry: {allow: ['registry.acme.example/**']}}]}
"""
SERVER = """\
apiVersion: acme.example/v1
kind: Server
metadata: {name: web, namespace: shop}
spec: {image: 'nginx:1.27'}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
---
apiVersion: acme.example/v2
kind: Server
metadata: {name: other}
spec: {containers: [{name: a, image: 'nginx:1'}]}
"""


@pytest.fixture(scope="module")
def engine() -> cocket.Engine:
    return cocket.Engine(cocket.Policies.from_yaml(POLICY))


def test_declared_kinds_are_workloads(engine: cocket.Engine) -> None:
    for text in (SERVER, SERVER.encode(), bytearray(SERVER.encode())):
        objects = engine.objects(text, "server.yaml")
        image = cocket.WorkloadImage("declared", "", "spec.image", 4, "nginx:1.27")
        assert objects.images == ("nginx:1.27",)
        assert objects.workloads == (
            cocket.Workload(
                "server.yaml", 1, "acme.example/v1", "Server", "web", (image,), namespace="shop"
            ),
        )
        assert [one.carries_pods for one in objects.unjudged] == [False, True]
        assert objects.unjudged[0] == cocket.Unjudged("server.yaml", 6, "Secret", "keys")


def test_what_cannot_be_read_has_a_place(engine: cocket.Engine) -> None:
    with pytest.raises(cocket.RequestError) as refused:
        engine.objects("kind: [unclosed", "broken.yaml")
    fault = refused.value.errors[0]
    assert (fault.kind, fault.file) == ("object", "broken.yaml") and fault.line
    with pytest.raises(cocket.RequestError):
        engine.objects(b"\xff")
    with pytest.raises(TypeError):
        engine.objects(None)  # type: ignore[arg-type]


def test_a_review_names_its_images(engine: cocket.Engine) -> None:
    kind = {"group": "acme.example", "version": "v1", "kind": "Server"}
    server = {"apiVersion": "acme.example/v1", "kind": "Server", "spec": {"image": "nginx:1.27"}}
    request = {"uid": "7", "operation": "CREATE", "kind": kind, "object": server}
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    assert engine.review_images(json.dumps(review)) == ("nginx:1.27",)
    assert engine.review_images(json.dumps(review).encode()) == ("nginx:1.27",)
    assert engine.review_images(b"\xff") == ()
