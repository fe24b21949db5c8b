"""Evidence: what was measured of the check, as the benchmark wrote it."""

from __future__ import annotations

from pages._guardian import evidence
from pages._shared import header

with header.page("guardian-evidence"):
    evidence.show()
