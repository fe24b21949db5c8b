"""From a slider's key press to the last change on the page, in Chromium.

``python -m benchmarks.foundations_paint``. Browser, server and this script share the machine, so
its figures are upper bounds. The slider itself waits before it tells the server: that wait is part
of the figures and is printed beside them.
"""

from __future__ import annotations

import argparse
import statistics

from playwright.sync_api import Locator, Page, sync_playwright

from benchmarks.screenshots import FLAGS, READY
from benchmarks.serving import suite
from core import foundations

PRESSES = 3
QUIET_MS = 500
SETTLED_MS = 2000
"""The script has finished by then; the browser still draws what it sent."""
WATCH = """() => {
  window.pressed = 0; window.changed = 0; window.asked = 0;
  addEventListener('keydown', () => { pressed = performance.now(); changed = pressed; }, true);
  new MutationObserver(() => { changed = performance.now(); }).observe(
    document.querySelector('[data-testid="stMain"]'),
    {subtree: true, childList: true, attributes: true, characterData: true});
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    window.asked = performance.now(); return send.call(this, data); };
}"""
PAINTED = f"() => pressed > 0 && performance.now() - changed > {QUIET_MS}"
TIMES = "() => [changed - pressed, asked - pressed]"


def press(page: Page, slider: Locator, key: str) -> tuple[float, float]:
    """Press a key on a slider and return milliseconds to the last change, and to the request."""
    slider.focus()
    page.evaluate("() => { pressed = 0; }")
    page.keyboard.press(key)
    page.wait_for_function(PAINTED)
    painted, asked = page.evaluate(TIMES)
    return painted, asked


def measured(page: Page, address: str) -> list[tuple[float, float]]:
    """Return the times of every slider on a page."""
    page.goto(address)
    page.get_by_text("verified here in").wait_for()  # the last thing that an article draws
    page.locator(READY).wait_for()
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate(WATCH)
    found: list[tuple[float, float]] = []
    for slider in page.get_by_role("slider").all():
        slider.scroll_into_view_if_needed()
        page.wait_for_timeout(QUIET_MS)
        for i in range(PRESSES):
            painted, asked = press(page, slider, "ArrowLeft" if i % 2 else "ArrowRight")
            if asked > 0:  # at the end of its range a slider asks for nothing
                found.append((painted, asked))
    return found


def main() -> None:
    """Print the times of each article and of all."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    every: list[tuple[float, float]] = []
    with suite() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        for topic in foundations.topics():
            own: list[tuple[float, float]] = []
            for section in topic.sections:
                address = f"{server.address}/foundations-{topic.key}?section={section.key}"
                own += measured(page, address)
            every += own
            print(f"{topic.title}: {said(own)}", flush=True)
    print(f"All: {said(every)}")


def said(times: list[tuple[float, float]]) -> str:
    """Return counts and percentiles in words."""
    if len(times) < 2:
        return f"{len(times)} presses"
    painted = [one for one, _ in times]
    own = [one - asked for one, asked in times]
    return (
        f"{len(times)} presses; key to paint p50 {statistics.median(painted):.0f} ms, p95 "
        f"{statistics.quantiles(painted, n=20)[-1]:.0f} ms; of it after the request p50 "
        f"{statistics.median(own):.0f} ms, p95 {statistics.quantiles(own, n=20)[-1]:.0f} ms"
    )


if __name__ == "__main__":
    main()
