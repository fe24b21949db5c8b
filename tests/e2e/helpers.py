"""What a user does in the browser, as functions."""

from __future__ import annotations

import importlib.resources
import json
import re

AXE = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
BARRIERS = {"serious", "critical"}
ORDER = "heading-order"
"""Asked beside the rules: who moves by headings misses what a skipped level promises."""


def visit(tab, address: str) -> None:
    """Open an address and wait until the page has finished running."""
    tab.goto(address)
    tab.locator("h1").first.wait_for()
    settle(tab)


def settle(tab) -> None:
    """Wait until the script has stopped running and every element has been drawn."""
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    # An element whose own script is still under way is a grey bar.
    tab.locator('[data-testid="stSkeleton"]').first.wait_for(state="detached")


def overflow_px(tab) -> int:
    """Return by how many pixels the page is wider than the window."""
    return tab.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def choose(tab, name: str, content: bytes, kind: str = "text/csv") -> None:
    given = {"name": name, "mimeType": kind, "buffer": content}
    tab.locator('input[type="file"]').first.set_input_files(given)
    tab.get_by_text(name, exact=True).first.wait_for()
    settle(tab)


def no_exception(tab) -> bool:
    return tab.locator('[data-testid="stException"]').count() == 0


def cut_off(tab) -> list[str]:
    """Return the texts of the page that end in an ellipsis for want of room."""
    return tab.evaluate(
        """() => [...document.querySelectorAll('[data-testid="stMain"] *')]
            .filter(one => getComputedStyle(one).textOverflow === "ellipsis"
                && one.scrollWidth > one.clientWidth && one.innerText)
            .map(one => one.innerText)"""
    )


def darkness(tab) -> int:
    """Return the strongest of the three colours of the background, 0 to 255."""
    background = tab.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
    )
    return max(int(part) for part in re.findall(r"\d+", background)[:3])


def barriers(tab) -> list[str]:
    """Return what axe-core calls serious or critical on the page, and skipped levels."""
    tab.wait_for_function("() => window.suiteAccessibility === true")
    # Two frames: one for the roles to be set, one for them to be seen.
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    chosen = {"runOnly": {"type": "tag", "values": RULES}, "rules": {ORDER: {"enabled": True}}}
    found = tab.evaluate(f"() => axe.run(document, {json.dumps(chosen)})")
    assert found["passes"], "axe-core examined nothing"
    return [
        f"{one['id']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in BARRIERS or one["id"] == ORDER
        for node in one["nodes"]
    ]
