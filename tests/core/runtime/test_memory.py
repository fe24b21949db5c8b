"""How many pools the C library keeps for the threads of a server."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from core.runtime.memory import ARENAS

SCRIPT = """
import ctypes, pathlib, sys, threading
from core.runtime.memory import limit_arenas

if sys.argv[1] == "limited":
    limit_arenas()
meet, leave = threading.Barrier(31), threading.Barrier(31)

def work():
    kept = [bytearray(3000) for _ in range(100)]
    meet.wait()
    leave.wait()

threads = [threading.Thread(target=work) for _ in range(30)]
for thread in threads:
    thread.start()
meet.wait()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
leave.wait()
for thread in threads:
    thread.join()
print(pathlib.Path(sys.argv[2]).read_text().count("<heap "))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or platform.libc_ver()[0] != "glibc",
    reason="only the GNU C library has pools that can be limited",
)
def test_many_threads_share_a_few_pools(tmp_path):
    def pools(how: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, how, str(tmp_path / how)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ".", "PYTHONMALLOC": "malloc"},
        )
        return int(done.stdout)

    assert pools("limited") <= ARENAS < pools("free")
