"""Kubernetes objects: what they would run, and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ._decision import Decision
from ._json import made
from ._reasons import Verdict


@dataclass(frozen=True)
class WorkloadImage:
    """One image of a workload.

    >>> WorkloadImage("regular", "web", "spec.containers[0].image", 7, "nginx:1.27").image
    'nginx:1.27'
    """

    kind: Literal["init", "regular", "ephemeral", "volume", "declared"]
    """What uses it; ``declared`` is a place that the policy set declares."""
    container: str
    """The container's or volume's name."""
    path: str
    """Where, such as ``spec.template.spec.containers[0].image``."""
    line: int
    """Line of the image's text, from 1."""
    image: str
    """The reference as written; empty where it is absent."""


@dataclass(frozen=True)
class Workload:
    """A Kubernetes object that carries pods.

    >>> Workload("pod.yaml", 1, "v1", "Pod", "web", ()).namespace is None
    True
    """

    file: str
    line: int
    api_version: str
    kind: str
    name: str
    """``metadata.name``, or ``metadata.generateName`` followed by ``*``."""
    images: tuple[WorkloadImage, ...]
    """Its images, in the order of the pod's fields."""
    namespace: str | None = None
    """The object's own claim."""


@dataclass(frozen=True)
class Unjudged:
    """A Kubernetes object that was passed over: it carries no pods.

    >>> Unjudged("deploy.yaml", 3, "Secret", "keys").kind
    'Secret'
    """

    file: str
    line: int
    kind: str
    name: str
    carries_pods: bool = False
    """Whether something in it looks like a pod, so that passing over it would be wrong."""


@dataclass(frozen=True)
class Objects:
    """What Kubernetes objects would run.

    >>> with open("docs/examples/first-look/deploy/staging.yaml") as file:
    ...     objects = engine.objects(file.read(), "staging.yaml")
    >>> objects.images[0]
    'docker.io/acme-labs/newsletter:latest'
    >>> objects.workloads[0].images[0].path
    'spec.template.spec.containers[0].image'
    """

    images: tuple[str, ...]
    """Every image, each once, sorted: what evidence is wanted about."""
    workloads: tuple[Workload, ...]
    unjudged: tuple[Unjudged, ...]
    """Objects that were passed over."""


@dataclass(frozen=True)
class Review:
    """The decisions on the images of several Kubernetes objects.

    >>> with open("docs/examples/first-look/deploy/production.yaml") as file:
    ...     review = engine.check_objects({"production.yaml": file.read()}, now=now)
    >>> review.verdict
    <Verdict.DENY: 'deny'>
    >>> review.decisions[0].origin.file
    'production.yaml'
    """

    verdict: Verdict
    """The worst of them."""
    decisions: tuple[Decision, ...]
    unjudged: tuple[Unjudged, ...]
    """Objects that carry no pods."""
    _answer: bytes = field(repr=False, compare=False)

    def to_json(self) -> bytes:
        """The wire answer, byte for byte."""
        return self._answer


def objects_of(told: Mapping[str, Any]) -> Objects:
    """What an answer of the wire lists."""
    return Objects(
        tuple(told["images"]),
        tuple(_workload(one) for one in told["workloads"]),
        tuple(made(Unjudged, one) for one in told["unjudged"]),
    )


def _workload(value: Mapping[str, Any]) -> Workload:
    images = tuple(made(WorkloadImage, one) for one in value["images"])
    return made(Workload, value, images=images)
