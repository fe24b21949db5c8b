"""What the suite runs on, and whether anything in it is known to be vulnerable.

    .venv/bin/python .ci/audit.py vulnerabilities [--strict]
    .venv/bin/python .ci/audit.py sbom OUT.json

Both look at the packages that requirements.txt and requirements-server.txt bring, with all they
need, as installed; tools for development are no part of a running suite.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FILES = ("requirements.txt", "requirements-server.txt")
TOOLS = Path(sys.executable).parent


def runtime() -> dict[str, str]:
    """Return name and version of every installed package that a running suite needs."""
    waiting = [one for file in FILES for one in _wanted(ROOT / file)]
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        one = waiting.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        installed = importlib.metadata.distribution(one.name)
        found[key[0]] = installed.version
        needs = (Requirement(text) for text in installed.requires or ())
        waiting += [need for need in needs if _applies(need, one.extras)]
    return dict(sorted(found.items()))


def _wanted(path: Path) -> list[Requirement]:
    lines = path.read_text(encoding="utf-8").splitlines()
    wanted = [Requirement(line) for line in lines if line and line[0] not in "#-"]
    return [one for one in wanted if _applies(one, set())]


def _applies(need: Requirement, extras: set[str]) -> bool:
    if need.marker is None:
        return True
    return any(need.marker.evaluate({"extra": extra}) for extra in (extras or {""}) | {""})


def vulnerabilities(strict: bool) -> int:
    """Ask the index about every package; say plainly of which it knows nothing."""
    pins = runtime()
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "pins.txt"
        lines = (f"{name}=={version}\n" for name, version in pins.items())
        listed.write_text("".join(lines), encoding="utf-8")
        out = Path(folder) / "found.json"
        command = [TOOLS / "pip-audit", "-r", listed, "--no-deps", "--disable-pip"]
        done = subprocess.run([*command, "-f", "json", "-o", out], capture_output=True, text=True)
        found = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    packages = found.get("dependencies", [])
    answered = [one for one in packages if "vulns" in one]
    known = [(one, fault) for one in answered for fault in one["vulns"]]
    for one, fault in known:
        fixed = ", ".join(fault["fix_versions"]) or "no version yet"
        print(f"VULNERABLE {one['name']} {one['version']}: {fault['id']}, fixed in {fixed}")
    silent = len(pins) - len(answered)
    print(f"{len(answered)} of {len(pins)} packages audited, {len(known)} vulnerabilities known.")
    if silent:
        print(f"NOT AUDITED: {silent} packages. The index did not answer for them.")
        print(done.stderr.strip()[-300:] if not packages else "")
    return 1 if known or (strict and silent) else 0


def sbom(out: Path) -> int:
    """Write a CycloneDX bill of materials of the same packages, with their licences."""
    command = [TOOLS / "cyclonedx-py", "environment", "--output-reproducible", "--of", "JSON"]
    done = subprocess.run([*command, sys.executable], capture_output=True, check=True)
    bill = json.loads(done.stdout)
    pins = runtime()
    kept = [c for c in bill["components"] if pins.get(canonicalize_name(c["name"])) == c["version"]]
    refs = {one["bom-ref"] for one in kept}
    bill["components"] = kept
    bill["dependencies"] = [
        {**one, "dependsOn": [ref for ref in one.get("dependsOn", ()) if ref in refs]}
        for one in bill["dependencies"]
        if one["ref"] in refs
    ]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    bare = sorted(one["name"] for one in kept if not one.get("licenses"))
    print(f"{out}: {len(kept)} packages; without a stated licence: {', '.join(bare) or 'none'}.")
    absent = sorted(pins.keys() - {canonicalize_name(one["name"]) for one in kept})
    if absent:
        print(f"NOT LISTED: {', '.join(absent)}. Their installed version was not found.")
    return 1 if absent else 0


if __name__ == "__main__":
    if sys.argv[1] == "sbom":
        sys.exit(sbom(Path(sys.argv[2])))
    sys.exit(vulnerabilities("--strict" in sys.argv))
