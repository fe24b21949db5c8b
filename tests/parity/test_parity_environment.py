"""What the comparison runs in: torch for the processor, and nothing that only a GPU needs."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import torch

ROOT = Path(__file__).parents[2]


def test_torch_is_a_build_for_the_processor():
    assert torch.version.cuda is None
    assert not torch.cuda.is_available()


def test_no_gpu_library_came_along():
    found = {(each.metadata["Name"] or "").lower() for each in importlib.metadata.distributions()}
    assert not {name for name in found if name.startswith(("nvidia-", "triton", "cuda-"))}
    assert "torchvision" not in found


def test_the_libraries_are_those_that_are_pinned():
    lines = (ROOT / "requirements-parity.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if pinned := re.match(r"([\w-]+)==([\d.]+)", line):
            name, version = pinned.groups()
            assert importlib.metadata.version(name).split("+")[0] == version
