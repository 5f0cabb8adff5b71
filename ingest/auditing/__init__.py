"""Audits: the catalog against what others have published of the same recordings; nothing is changed by them."""

from ingest.auditing.numbered import GroupNumbers, audit_classes, audit_groups
from ingest.auditing.numbers import parse_classes
from ingest.auditing.published import audit_published
from ingest.auditing.report import AuditReport, Check, Disagreement

__all__ = [
    "AuditReport",
    "Check",
    "Disagreement",
    "GroupNumbers",
    "audit_classes",
    "audit_groups",
    "audit_published",
    "parse_classes",
]
