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
"""

from __future__ import annotations

from ._admission import Admission
from ._bytes import BytesLike
from ._decision import (
    Counts,
    Decision,
    EvidenceRecord,
    ExceptionUse,
    Explanation,
    Finding,
    FindingList,
    Findings,
    JudgedImage,
    JudgedObject,
    JudgedPlatform,
    Mode,
    Origin,
    Outcome,
    PolicyUse,
    Reason,
    RuleResult,
    Verdict,
    Violation,
    explain,
    report,
)
from ._engine import (
    CacheStatistics,
    Engine,
    History,
    ImageRequest,
    RecordedStatement,
    Review,
    Unjudged,
)
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
from ._native import VERSION as __version__
from ._native import answer
from ._policies import Policies, Policy
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
    "JudgedImage",
    "JudgedObject",
    "JudgedPlatform",
    "LayoutImage",
    "Mode",
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
    "SignedMaterial",
    "Signer",
    "SourceError",
    "Unjudged",
    "Verdict",
    "Verifier",
    "VerifierCall",
    "Violation",
    "__version__",
    "answer",
    "examine",
    "explain",
    "report",
]
