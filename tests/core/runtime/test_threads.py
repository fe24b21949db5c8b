from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from core.runtime.threads import THREAD_VARIABLES
from pages._shared.page_def import ROOT

ASK = (
    "import json, apps, sklearn.ensemble, numpy; numpy.ones((2, 2)) @ numpy.ones((2, 2));"
    "from threadpoolctl import threadpool_info;"
    "print(json.dumps([one['num_threads'] for one in threadpool_info()]))"
)


@pytest.mark.parametrize("chosen", ["", "2"])
def test_the_ways_in_use_one_thread_each_unless_told_otherwise(chosen):
    clean = {name: value for name, value in os.environ.items() if name not in THREAD_VARIABLES}
    told = dict.fromkeys(THREAD_VARIABLES, chosen) if chosen else {}
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={**clean, **told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(done.stdout)) == {int(chosen or 1)}
