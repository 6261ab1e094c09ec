"""Answers for bundles as PyPI's `sigstore` gives them: one JSON object a line in, one out."""

import base64
import hashlib
import json
import sys

from sigstore.hashes import Hashed
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier, policy
from sigstore_models.common.v1 import HashAlgorithm
from sigstore_models.trustroot import v1 as trustroot


class Judge:
    """What is trusted, and which file the bundles are about."""

    def __init__(self, asked: dict) -> None:
        if asked["key"] or not asked["log"]:
            raise ValueError("neither keys nor bundles without a log are supported")
        root = TrustedRoot(trustroot.TrustedRoot.from_json(asked["root"]))
        self.verifier = Verifier(trusted_root=root)
        self.policy = policy.Identity(identity=asked["identity"], issuer=asked["issuer"])
        if asked["artifact"] is None:
            self.digest = bytes.fromhex(asked["sha256"])
        else:
            self.digest = hashlib.sha256(base64.b64decode(asked["artifact"])).digest()

    def verify(self, text: str) -> None:
        bundle = Bundle.from_json(text)
        if bundle._inner.dsse_envelope is None:
            hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=self.digest)
            self.verifier.verify_artifact(hashed, bundle, self.policy)
            return
        kind, payload = self.verifier.verify_dsse(bundle, self.policy)
        if kind != "application/vnd.in-toto+json":
            raise ValueError("another type of payload")
        subjects = json.loads(payload)["subject"]
        if all(one["digest"].get("sha256") != self.digest.hex() for one in subjects):
            raise ValueError("another artifact")


def main() -> None:
    judge = None
    for line in sys.stdin:
        try:
            asked = json.loads(line)
            if "bundle" not in asked:
                judge = None
                judge = Judge(asked)
            elif judge is None:
                raise ValueError("nothing is trusted yet")
            else:
                judge.verify(asked["bundle"])
            answer = {"good": True, "why": ""}
        except Exception as error:
            answer = {"good": False, "why": f"{type(error).__name__}: {error}"[:500]}
        print(json.dumps(answer), flush=True)


main()
