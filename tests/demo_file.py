"""The public demo's table: read where it lies beside the project, never shipped with it."""

from __future__ import annotations

import pytest

from pages._shared.page_def import ROOT

DEMO_FILE = ROOT.parent / "shared" / "data" / "apple_sales_2024.csv"

needs_demo_file = pytest.mark.skipif(
    not DEMO_FILE.exists(), reason="the public demo's table is not shipped with the project"
)
