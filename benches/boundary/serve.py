"""The Python package under measurement: tells its decision, then answers lines of a way and a
number with nanoseconds of processor time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

import cocket

FOLDER = Path(sys.argv[1])
NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


def read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def engine(name: str) -> cocket.Engine:
    return cocket.Engine(cocket.Policies.from_json(read(name), name=name))


def main() -> None:
    cheap, whole = engine("cheap.json"), engine("policy.json")
    image, digest = read("image.txt").decode(), read("digest.txt").decode()
    manifest, config, report = read("manifest.json"), read("config.json"), read("report.json")
    payload, signature = read("payload.json"), read("signature.txt").decode()
    asked, wire = read("asked.json"), read("request.json")
    annotations = {"dev.cosignproject.cosign/signature": signature}
    kind = "application/vnd.dev.cosign.simplesigning.v1+json"

    def gathered() -> cocket.Evidence:
        evidence = cocket.Evidence()
        evidence.add_blob(manifest, media_type="application/vnd.oci.image.manifest.v1+json")
        evidence.add_blob(config, media_type="application/vnd.oci.image.config.v1+json")
        evidence.attach(payload, media_type=kind, subject=digest, annotations=annotations)
        evidence.vouch(report, subject=digest)
        return evidence

    request, evidence, nothing = cocket.ImageRequest(image), gathered(), cocket.Evidence()
    ways: dict[str, Callable[[], object]] = {
        "cheap": lambda: cheap.check(request, nothing, now=NOW),
        "check": lambda: whole.check(request, evidence, now=NOW),
        "verdict": lambda: whole.check(request, evidence, now=NOW).verdict,
        "json": lambda: whole.check(request, evidence, now=NOW).to_json(),
        "bytes": lambda: whole.check(request, gathered(), now=NOW),
        "asked": lambda: whole.answer(asked, evidence),
        "request": lambda: cocket.answer(wire),
    }
    print(whole.check(request, evidence, now=NOW).to_json().decode(), flush=True)
    for line in sys.stdin:
        way, times = line.split()
        work, count = ways[way], range(int(times))
        start = time.process_time_ns()
        for _ in count:
            work()
        print(time.process_time_ns() - start, flush=True)


if __name__ == "__main__":
    main()
