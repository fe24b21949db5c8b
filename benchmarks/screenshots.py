"""Take the README's screenshots from the running suite: ``python -m benchmarks.screenshots``."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, sync_playwright

from benchmarks.serving import ROOT, suite

FOLDER = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'
DRAWN_MS = 1500  # charts animate after the script has finished

Step = Callable[[Page], None]


def find_path(page: Page) -> None:
    page.get_by_role("button", name="Find the path").click()
    page.get_by_text("Certificate:").wait_for()


def see_claims(page: Page) -> None:
    page.locator(".js-plotly-plot").first.wait_for()


def see_maps(page: Page) -> None:
    page.get_by_text("Does the answer need what lies outside the lungs?").wait_for()


def see_verdict(page: Page) -> None:
    page.get_by_text("Does the network need what the map shows?").wait_for()


def see_pairs(page: Page) -> None:
    page.get_by_text("Stop and look").first.wait_for()


def break_it(page: Page) -> None:
    page.get_by_text("verified here in").wait_for()
    page.get_by_text("Step exactly 2/L", exact=True).click()
    page.get_by_text("Fails without the hypothesis").evaluate(
        "element => element.scrollIntoView({block: 'center'})"
    )


SHOTS: dict[str, tuple[str, int, tuple[Step, ...]]] = {
    "home": ("", 700, ()),
    "patient": ("cardiosense?preset=woman-62", 1500, ()),
    "prevention": ("cardiosense-prevention?preset=woman-50", 1500, (find_path,)),
    "evidence": ("cardiosense-model", 1500, ()),
    "case": ("breast-cancer?preset=unit-slip", 1350, ()),
    "stream": ("breast-cancer-drift?example=some&view=Stream", 1200, ()),
    "film": ("respiratory?film=child-normal-1", 2300, (see_maps,)),
    "shortcuts": ("respiratory-shortcuts", 1500, (see_claims,)),
    "saliency": ("saliency?image=phantom&seed=12&finding=2&shortcut=on", 1500, (see_verdict,)),
    "saliency-paradox": ("saliency-paradox", 1500, (see_claims,)),
    "audit": ("trustlens?model=cardiosense-external", 1350, (see_claims,)),
    "guardian": ("guardian?preset=warfarin-antibiotic", 1500, (see_pairs,)),
    "plan": ("apple-sales", 1500, (see_claims,)),
    "article": ("foundations-gradient-descent?section=step-size", 1500, (break_it,)),
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with suite() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, (path, height, steps) in SHOTS.items():
            page = browser.new_page(viewport={"width": 1280, "height": height})
            page.goto(f"{server.address}/{path}")
            page.locator("h1").first.wait_for()
            for step in steps:
                page.locator(READY).wait_for()
                step(page)
            page.locator(READY).wait_for()
            page.wait_for_timeout(DRAWN_MS)
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
