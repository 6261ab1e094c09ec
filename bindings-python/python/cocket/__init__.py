"""Container-image policy engine: decides whether an image may run, and says why.

>>> import cocket
>>> from datetime import datetime, timezone
>>> policies = cocket.Policies.from_yaml('''
... apiVersion: cocket.dev/v1alpha1
... kind: ImagePolicy
... metadata: {name: production}
... spec:
...   rules:
...     - id: approved
...       registry: {allow: ['registry.example.com/**']}
... ''')
>>> now = datetime.now(timezone.utc)
>>> decision = cocket.Engine(policies).check("docker.io/library/nginx:1", now=now)
>>> decision
Decision(Verdict.DENY, image='docker.io/library/nginx:1', violations=1)
>>> print(decision.violations[0].reason.code)
registry.not_allowed

Nothing is decided in Python: this package hands requests to the core and shows its answers.

The examples on the following pages go on from here, with the project's first look:

>>> example = "docs/examples/first-look"
>>> engine = cocket.Engine(cocket.Policies.from_file(f"{example}/policy"))
>>> layout = cocket.EvidenceDirectory(f"{example}/images")
>>> now = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
>>> def judged(image: str) -> cocket.Decision:
...     digest = layout.resolve(image)
...     evidence = layout.collect(digest) if digest else cocket.Evidence()
...     evidence.vouch_file(f"{example}/reports")
...     return engine.check(cocket.ImageRequest(image, digest=digest), evidence, now=now)
"""

from __future__ import annotations

from ._admission import Admission
from ._bytes import BytesLike
from ._decision import Decision, RuleResult, report
from ._engine import CacheStatistics, Engine, History, ImageRequest, RecordedStatement
from ._errors import (
    CocketError,
    EvidenceError,
    Fault,
    InternalError,
    PolicyError,
    RequestError,
    SourceError,
)
from ._evidence import Evidence, EvidenceDirectory, LayoutImage
from ._examination import Cause, Check, Examination, ExaminedDocument, examine
from ._findings import Counts, Finding, FindingList, Findings
from ._judges import (
    JudgeDiagnostic,
    ObjectAnswer,
    ObjectCase,
    ObjectJudge,
    ObjectResult,
    SignedImage,
)
from ._native import VERSION as __version__
from ._native import answer
from ._objects import Objects, Review, Unjudged, Workload, WorkloadImage
from ._policies import Policies, Policy, TrustRoot, policy_schema, scan_summary
from ._reasons import Explanation, Mode, Outcome, Reason, Verdict, Violation, explain
from ._records import (
    EvidenceRecord,
    ExceptionUse,
    JudgedImage,
    JudgedObject,
    JudgedPlatform,
    Origin,
    PolicyUse,
)
from ._verifiers import (
    AttestationCall,
    AttestationVerifier,
    Diagnostic,
    Refused,
    Signature,
    SignatureVerifier,
    SignedMaterial,
    Signer,
    Verifier,
    VerifierCall,
)

__all__ = [
    "Admission",
    "AttestationCall",
    "AttestationVerifier",
    "BytesLike",
    "CacheStatistics",
    "Cause",
    "Check",
    "CocketError",
    "Counts",
    "Decision",
    "Diagnostic",
    "Engine",
    "Evidence",
    "EvidenceDirectory",
    "EvidenceError",
    "EvidenceRecord",
    "Examination",
    "ExaminedDocument",
    "ExceptionUse",
    "Explanation",
    "Fault",
    "Finding",
    "FindingList",
    "Findings",
    "History",
    "ImageRequest",
    "InternalError",
    "JudgeDiagnostic",
    "JudgedImage",
    "JudgedObject",
    "JudgedPlatform",
    "LayoutImage",
    "Mode",
    "ObjectAnswer",
    "ObjectCase",
    "ObjectJudge",
    "ObjectResult",
    "Objects",
    "Origin",
    "Outcome",
    "Policies",
    "Policy",
    "PolicyError",
    "PolicyUse",
    "Reason",
    "RecordedStatement",
    "Refused",
    "RequestError",
    "Review",
    "RuleResult",
    "Signature",
    "SignatureVerifier",
    "SignedImage",
    "SignedMaterial",
    "Signer",
    "SourceError",
    "TrustRoot",
    "Unjudged",
    "Verdict",
    "Verifier",
    "VerifierCall",
    "Violation",
    "Workload",
    "WorkloadImage",
    "__version__",
    "answer",
    "examine",
    "explain",
    "policy_schema",
    "report",
    "scan_summary",
]
