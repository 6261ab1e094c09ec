"""What the boundary costs: ``python bindings-python/boundary.py`` from the project's folder."""

from __future__ import annotations

import base64
import json
import timeit
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import cocket

FIRST_LOOK = Path(__file__).resolve().parent.parent / "docs/examples/first-look"
IMAGE = "registry.acme.example/shop/checkout:2.8.1"


def main() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
    policies = cocket.Policies.from_file(FIRST_LOOK / "policy")
    engine = cocket.Engine(policies)
    directory = cocket.EvidenceDirectory(FIRST_LOOK / "images")
    digest = directory.resolve(IMAGE)
    assert digest is not None
    evidence = directory.collect(digest)
    evidence.vouch_file(FIRST_LOOK / "reports")
    request = cocket.ImageRequest(IMAGE, digest=digest, namespace="production-a")
    decision = engine.check(request, evidence, now=now)
    wire = wire_request(policies, evidence, request)
    native, nothing, history = engine._native, cocket.Evidence(), cocket.History()

    def inner() -> object:
        text = "2026-11-23T12:00:00+00:00"
        handles = (nothing._native, history._native)
        return native.check("", None, None, None, None, False, *handles, text)

    tell("a call into the native side that does nothing to speak of", evidence._native.counts)
    tell("the cheapest decision, native side alone", inner)
    tell("the cheapest decision, through Engine.check", lambda: engine.check("", now=now))
    tell("a decision with evidence", lambda: engine.check(request, evidence, now=now))
    tell(f"reading its {len(decision.to_json())} bytes: verdict", lambda: again(decision).verdict)
    tell("reading its violations", lambda: again(decision).violations)
    tell(f"the same as a wire request of {len(wire)} bytes", lambda: cocket.answer(wire))


def again(decision: cocket.Decision) -> cocket.Decision:
    # As the core hands it over; what is read of it is read anew.
    return cocket.Decision._of(decision.to_json(), decision._decided)


def wire_request(
    policies: cocket.Policies, evidence: cocket.Evidence, request: cocket.ImageRequest
) -> bytes:
    documents = enumerate(policies.to_dict()["documents"])
    texts = [{"name": f"{at}.json", "text": json.dumps(one)} for at, one in documents]
    blobs, attached, vouched, _ = evidence._native.state()
    items = [{"mediaType": kind or "", "data": text(data)} for _, kind, data in blobs]
    for subject, kind, data, annotations in attached:
        item = {"mediaType": kind, "subject": subject, "data": text(data)}
        items.append({**item, "annotations": annotations})  # type: ignore[dict-item]
    image = {"image": request.image, "digest": request.digest, "namespace": request.namespace}
    whole = {
        "op": "check",
        "now": "2026-11-23T12:00:00Z",
        "policies": texts,
        "evidence": items,
        "vouched": [{"subject": subject, "data": text(data)} for subject, data in vouched],
        "context": {"images": [image]},
    }
    return json.dumps(whole).encode()


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def tell(what: str, work: Callable[[], object]) -> None:
    number, _ = timeit.Timer(work).autorange()
    best = min(timeit.repeat(work, number=number, repeat=3)) / number
    print(f"{best * 1e6:10.1f} µs  {what}")


if __name__ == "__main__":
    main()
