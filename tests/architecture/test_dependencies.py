"""What is installed is what the suite needs: declared, documented, without GPU builds."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def required(file: str) -> list[str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith(("#", "-"))]
    return [re.split(r"[<>=;\s\[]", line, maxsplit=1)[0] for line in wanted]


def test_no_gpu_build_is_installed():
    installed = {(d.metadata["Name"] or "").lower() for d in importlib.metadata.distributions()}
    assert not {name for name in installed if name.startswith(("nvidia-", "triton"))}


def test_every_requirement_is_bounded_and_explained():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name in required("requirements.txt"):
        assert name in explained, f"{name} is not explained in docs/dependencies.md"
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert "==" in line or "<" in line, line


def test_development_tools_are_named():
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name in required("requirements-dev.txt"):
        if not name.endswith("-stubs"):
            assert name in explained, name


def test_oracles_are_pinned_and_explained():
    lines = (ROOT / "requirements-parity.txt").read_text(encoding="utf-8").splitlines()
    explained = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for line in lines:
        if not line.startswith("#"):
            assert "==" in line, line
    for name in required("requirements-parity.txt") + required("requirements-reference.txt"):
        assert name in explained, name


def test_on_x86_linux_the_oracles_take_no_other_build_of_torch_than_the_one_for_the_processor():
    text = (ROOT / "requirements-parity.txt").read_text(encoding="utf-8")
    here = 'sys_platform == "linux" and platform_machine == "x86_64"'
    elsewhere = 'sys_platform != "linux" or platform_machine != "x86_64"'
    assert f"torch==2.13.0+cpu ; {here}" in text
    assert f"torch==2.13.0 ; {elsewhere}" in text
    assert not {"torchvision", "timm", "zennit"} & set(required("requirements-parity.txt"))
