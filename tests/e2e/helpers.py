"""What a user does in the browser, as functions."""

from __future__ import annotations


def visit(tab, address: str) -> None:
    """Open an address and wait until the page has finished running."""
    tab.goto(address)
    tab.locator("h1").first.wait_for()
    settle(tab)


def settle(tab) -> None:
    """Wait until the script has stopped running."""
    tab.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


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
