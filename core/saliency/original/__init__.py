"""The protocol of the original study, run again on the suite's networks, and audited."""

from __future__ import annotations

from core.saliency.original.audit import Audit, audit
from core.saliency.original.dimensions import OTHERWISE, SIX, Dimension
from core.saliency.original.protocol import compare, reproduce
from core.saliency.original.published import (
    PLOTTED,
    PUBLISHED,
    SOURCE,
    Reported,
)
from core.saliency.original.study import Comparison, NetworkStudy, Study, Unread

__all__ = [
    "OTHERWISE",
    "PLOTTED",
    "PUBLISHED",
    "SIX",
    "SOURCE",
    "Audit",
    "Comparison",
    "Dimension",
    "NetworkStudy",
    "Reported",
    "Study",
    "Unread",
    "audit",
    "compare",
    "reproduce",
]
