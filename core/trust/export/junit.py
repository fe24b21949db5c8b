"""An audit as a JUnit report, so that a build server shows each check as a test."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from core.trust.result import Audit
from core.trust.verdict import Check

_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(audit: Audit) -> bytes:
    """Return the report as XML: a broken claim is a failure, one without evidence is skipped.

    A claim that the verdict does not need cannot fail a build: where it is broken, the report says
    so in the output of its test.
    """
    needed = audit.verdict.needed
    suite = ET.Element(
        "testsuite",
        name=_plain(f"trust.{audit.policy.name}"),
        tests=str(len(audit.checks)),
        failures=str(audit.verdict.count("fail")),
        errors="0",
        skipped=str(sum(_is_skipped(check) for check in audit.checks)),
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", audit.verdict.status),
        ("policy", _plain(f"{audit.policy.name} {audit.policy.version}")),
        ("n", str(audit.n)),
    ):
        ET.SubElement(properties, "property", name=name, value=value)
    for check in audit.checks:
        case = ET.SubElement(
            suite, "testcase", classname=f"trust.{check.area}", name=_plain(check.id)
        )
        if check.status == "fail" and check in needed:
            ET.SubElement(case, "failure", message=_plain(check.claim)).text = _plain(check.reason)
        elif _is_skipped(check):
            ET.SubElement(case, "skipped", message=_plain(check.reason))
        out = ET.SubElement(case, "system-out")
        out.text = _plain(f"{check.status} ({check.demand}): {check.claim} {check.reason}")
    ET.indent(suite)
    text = ET.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _is_skipped(check: Check) -> bool:
    return check.status == "not enough evidence"


def _plain(text: str) -> str:
    """Return text without the characters that XML cannot hold, such as those of a hostile name."""
    return _FORBIDDEN.sub("?", text)
