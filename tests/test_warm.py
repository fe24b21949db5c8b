"""The server is warm before its first visitor, and the collector leaves what it loaded alone."""

from __future__ import annotations

import subprocess
import sys

from pages._shared.page_def import ROOT

WARM = "import gc; from apps.warm import warm; warm(); print(gc.get_freeze_count())"
LEAST_FROZEN = 100_000


def test_warming_up_freezes_what_was_loaded():
    done = subprocess.run(
        [sys.executable, "-c", WARM], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) > LEAST_FROZEN


def test_the_server_wires_pages_api_and_warm_up():
    from starlette.routing import Mount

    from apps import server
    from apps.api import api

    mounts = [route for route in server.app._user_routes if isinstance(route, Mount)]
    assert [(mount.path, mount.app) for mount in mounts] == [("/api", api)]
