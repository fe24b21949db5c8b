"""One journey a system: an answer by its address, changed, from a file, refused, taken along."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from core import apple_sales, breast_cancer, cardiosense, foundations, guardian, respiratory, trust
from core.guardian import presets
from core.viz.text import fixed, percent
from pages._shared import models
from tests.e2e.helpers import choose, cut_off, darkness, no_exception, overflow_px, settle, visit
from tests.pages.test_trustlens_pages import csv as written
from tests.pages.test_trustlens_pages import rows

pytestmark = pytest.mark.e2e

DARK_PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
DARKEST_LIGHT = 60
JSON = "application/json"
CUT_FILM = b"\x89PNG\r\n\x1a\nnothing more"
CUT_FILM_SAID = "broken.png begins like a PNG file, but its 20 bytes are damaged or cut short"

Seen = Callable[[Page], Locator]
Act = Callable[[Page], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Upload:
    """A page that reads files: what a sound one leads to, and what is said of a broken one.

    Attributes
    ----------
    address : str
        Slug and query of the page.
    sound, broken : tuple
        Name, content and kind of a file.
    result : callable
        What is seen of the sound file and must not be seen of the broken one.
    said : str
        What the page says of the broken file.
    before, after : callable
        What is to be done before a file can be chosen; what is checked on its result.
    """

    address: str
    sound: tuple[str, bytes, str]
    result: Seen
    broken: tuple[str, bytes, str]
    said: str
    before: Act = lambda tab: None
    after: Act = lambda tab: None


@dataclasses.dataclass(frozen=True, slots=True)
class Journey:
    """What every system has to show in a browser.

    Attributes
    ----------
    address : str
        Slug and query that lead to an answer without a click.
    answer, changed : callable
        The answer at the address; the one after ``change``.
    change : callable
        Another entry in the form.
    kept : str
        What of the change stands in the address; nothing of a patient or case may.
    upload : callable or None
        How files are read; ``None`` where ``without`` says why none are.
    export : tuple
        Address, button and first bytes of what is taken along; a PDF unless ``without`` says why.
    opened : callable
        What shows the export's button.
    without : str
        What the system has not, and why.
    """

    address: str
    answer: Seen
    change: Act
    changed: Seen
    kept: str
    upload: Callable[[], Upload] | None
    export: tuple[str, str, bytes]
    opened: Act = lambda tab: None
    without: str = ""


def saved(tab: Page, button: str) -> bytes:
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name=button, exact=True).click()
    return waiting.value.path().read_bytes()


def text(words: Callable[[], str]) -> Seen:
    return lambda tab: tab.get_by_text(words()).first


def metric(words: Callable[[], str]) -> Seen:
    return lambda tab: tab.get_by_test_id("stMetricValue").first.get_by_text(words(), exact=True)


def radio(name: str) -> Act:
    return lambda tab: tab.get_by_role("radio", name=name, exact=True).click()


def number(form: str, field: str, value: float) -> Act:
    def enter(tab: Page) -> None:
        tab.get_by_text(form, exact=True).click()
        box = tab.get_by_label(field, exact=True)
        box.fill(f"{value:g}")
        box.press("Enter")

    return enter


def values(examples: Any, slug: str) -> dict[str, Any]:
    return dict(next(one for one in examples if one.slug == slug).values)


def scored(columns: str, n: int, faulty: bytes) -> Act:
    """Return a check of the table that comes back, and of the findings about faulty cells."""

    def check(tab: Page) -> None:
        lines = saved(tab, "Download CSV").decode().splitlines()
        assert lines[0].endswith(columns)
        assert len(lines) == 1 + n
        choose(tab, "faulty.csv", faulty)
        tab.get_by_text("Findings about the file").click()
        see(tab.get_by_text("Refused").first)

    return check


def button(name: str) -> Seen:
    return lambda tab: tab.get_by_role("button", name=name, exact=True)


def heart(**other: float) -> str:
    patient = values(cardiosense.diagnostic_presets(), "woman-66") | other
    return percent(cardiosense.score_patient(patient).p)


CARDIOSENSE = Journey(
    "cardiosense?preset=woman-66",
    metric(heart),
    number("Findings", "Age [years]", 80),
    metric(lambda: heart(age=80)),
    "preset=woman-66",
    lambda: Upload(
        "cardiosense-batch",
        ("patients.csv", cardiosense.batch_template(), "text/csv"),
        button("Download CSV"),
        ("broken.csv", b"colour,size\nred,1\n", "text/csv"),
        "The file has no column for Chest pain, which is required.",
        after=scored(
            "p_disease,p_low,p_high,decision,reasons,flags,model",
            len(cardiosense.diagnostic_presets()),
            b"age,sex,cp,chol\n60,1,9,5.2\nabc,0,3,240\n",
        ),
    ),
    ("cardiosense?preset=woman-66&view=Save", "Download the report (PDF)", b"%PDF"),
)


def cells(**other: float) -> str:
    case = values(breast_cancer.case_presets(), "case-364") | other
    return percent(breast_cancer.score_case(case).p)


FIRST = next(iter(breast_cancer.FEATURES))
BREAST_CANCER = Journey(
    "breast-cancer?preset=case-364",
    metric(cells),
    number("Measurements", FIRST.title, 25),
    metric(lambda: cells(**{FIRST.name: 25})),
    "preset=case-364",
    lambda: Upload(
        "breast-cancer-batch",
        ("cases.csv", breast_cancer.case_template(), "text/csv"),
        button("Download CSV"),
        ("hearts.csv", cardiosense.batch_template(), "text/csv"),
        "look like those of a CardioSense",
        after=scored(
            "p_malignant,decision,ood_p,blame,blame_ratio,flags,model",
            5,
            breast_cancer.case_template().replace(b"\n", b"\nx", 1),
        ),
    ),
    ("breast-cancer?preset=case-46&view=Save", "Download the report (PDF)", b"%PDF"),
)


def film(key: str, network: str) -> str:
    (reading,) = respiratory.predict([respiratory.example(key)], network)
    assert reading.probabilities is not None
    assert reading.decision is not None
    return f"{reading.decision}, {percent(reading.probabilities[reading.decision])}"


def heading(words: Callable[[], str]) -> Seen:
    return lambda tab: tab.get_by_role("heading", name=words(), exact=True)


CHEST_X_RAY = Journey(
    "respiratory?film=drawn-normal&model=cnn&view=Gate",
    heading(lambda: film("drawn-normal", "cnn")),
    radio("VGG16"),
    heading(lambda: film("drawn-normal", "vgg16")),
    "film=drawn-normal&model=vgg16",
    lambda: Upload(
        "respiratory?film=own&model=cnn&view=Gate",
        (*respiratory.example("child-normal-2"), "image/jpeg"),
        text(lambda: "COVID-19 alert"),
        ("broken.png", CUT_FILM, "image/png"),
        CUT_FILM_SAID,
    ),
    ("respiratory?film=child-normal-1&view=Save", "Download the report (PDF)", b"%PDF"),
)


def explain(label: str) -> Act:
    def pick(tab: Page) -> None:
        tab.get_by_role("combobox", name="Class explained").click()
        tab.get_by_role("option", name=label, exact=True).click()

    return pick


SALIENCY = Journey(
    "saliency?image=child-normal-1&model=cnn&method=sobel",
    text(lambda: "Explained: Normal."),
    explain("COVID-19"),
    text(lambda: "Explained: COVID-19."),
    "method=sobel",
    lambda: Upload(
        "saliency?image=own&model=cnn&method=sobel",
        (*respiratory.example("child-normal-1"), "image/jpeg"),
        text(lambda: "Faithfulness"),
        ("broken.png", CUT_FILM, "image/png"),
        CUT_FILM_SAID,
    ),
    (
        "saliency?image=child-normal-1&model=cnn&method=sobel&view=Save",
        "Figure (PNG)",
        b"\x89PNG",
    ),
    without="No PDF: a map is taken along as picture, array and numbers.",
)


def verdict(policy: str) -> Callable[[], str]:
    held = "cardiosense-external"
    return lambda: trust.judge(models.predictions(held), policy=policy).sentence()


def predictions() -> Upload:
    content = written(rows())
    read, _ = trust.read_table(content, groups=["sex", "site"])
    table = rows().astype(object)
    table.loc[4, "probability"] = "83 %"
    return Upload(
        "trustlens?source=file",
        ("predictions.csv", content, "text/csv"),
        text(trust.judge(read).sentence),
        ("broken.csv", written(table), "text/csv"),
        "Row 5, column probability: 83 % is not a number",
    )


TRUSTLENS = Journey(
    "trustlens?model=cardiosense-external",
    text(verdict("clinical-strict")),
    radio("research"),
    text(verdict("research")),
    "policy=research",
    predictions,
    ("trustlens?model=cardiosense-external", "Report (PDF)", b"%PDF"),
)


STOP = next(one for one in presets.case_presets() if one.slug == "maoi-opioid")
MEDICINES = ("sildenafil 50 mg", "isosorbide mononitrate 30 mg daily")
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "MedicationRequest",
                "id": f"m{place}",
                "status": "active",
                "medicationCodeableConcept": {"text": medicine},
            }
        }
        for place, medicine in enumerate(MEDICINES)
    ],
}
HARMLESS = "omeprazole 20 mg every morning"


def write(tab: Page) -> None:
    box = tab.get_by_role("textbox", name="Medicines, one a line")
    box.fill(HARMLESS)
    box.press("Control+Enter")


GUARDIAN = Journey(
    f"guardian?preset={STOP.slug}",
    text(lambda: guardian.review(STOP.case).headline),
    write,
    text(lambda: guardian.review(STOP.case | {"meds": [HARMLESS]}).headline),
    f"preset={STOP.slug}",
    lambda: Upload(
        f"guardian?preset={STOP.slug}",
        ("list.json", json.dumps(BUNDLE).encode(), JSON),
        text(lambda: "isosorbide mononitrate + sildenafil"),
        ("broken.json", b"{nothing", JSON),
        "broken.json: This is not JSON",
        before=lambda tab: tab.get_by_text("From a FHIR Bundle").click(),
        after=lambda tab: expect(tab.get_by_text("meperidine")).to_have_count(0),
    ),
    (f"guardian?preset={STOP.slug}&view=Save", "Report (PDF)", b"%PDF"),
)


def objective(goal: str) -> Callable[[], str]:
    problem = apple_sales.default_problem(goal=goal)
    return lambda: fixed(apple_sales.plan(problem, checks=False).objective, 2)


def sales() -> Upload:
    sound = apple_sales.sales_template("sales")
    table = list(csv.reader(io.StringIO(sound.decode("utf-8-sig"))))
    table[1][table[0].index("revenue")] = "-5"
    broken = "\n".join(",".join(row) for row in table).encode()
    return Upload(
        "apple-sales-data",
        ("sales.csv", sound, "text/csv"),
        text(lambda: "4 of 4 rows keep the contract"),
        ("broken.csv", broken, "text/csv"),
        "Row 1, column revenue: -5",
        before=radio("Your file"),
    )


APPLE_SALES = Journey(
    "apple-sales",
    metric(objective("gross profit")),
    radio("Revenue"),
    metric(objective("revenue")),
    "goal=revenue",
    sales,
    ("apple-sales", "Report (PDF)", b"%PDF"),
)


SWITCH = foundations.breaks("gradient-descent")[0]
SECTION = foundations.statement(SWITCH.statement).section
ARTICLE = f"foundations-gradient-descent?section={SECTION}"
COUNT = len(foundations.topic("gradient-descent").statements)
BROKEN = "Fails without the hypothesis"
FOUNDATIONS = Journey(
    ARTICLE,
    lambda tab: tab.get_by_test_id("stMain").filter(
        has_text=f"{COUNT} statements, {COUNT} verified here", has_not_text=BROKEN
    ),
    lambda tab: tab.get_by_test_id("stButtonGroup").get_by_text(SWITCH.switch, exact=True).click(),
    text(lambda: BROKEN),
    f"section={SECTION}",
    None,
    (ARTICLE, "Rows as JSON", b"["),
    opened=lambda tab: tab.get_by_role("button", name="Rows and command").click(),
    without="No files and no PDF: an article is checked by its own rows, taken along as JSON.",
)

JOURNEYS = {
    "CardioSense": CARDIOSENSE,
    "Breast cancer": BREAST_CANCER,
    "Chest X-ray": CHEST_X_RAY,
    "Saliency": SALIENCY,
    "TrustLens": TRUSTLENS,
    "Guardian": GUARDIAN,
    "Apple sales": APPLE_SALES,
    "Foundations": FOUNDATIONS,
}
each_system = pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)


def see(found: Locator) -> None:
    expect(found).to_be_visible()


@each_system
def test_an_answer_is_reached_changed_read_refused_and_taken_along(tab, server, journey):
    visit(tab, f"{server}/{journey.address}")
    see(journey.answer(tab))
    journey.change(tab)
    see(journey.changed(tab))
    expect(journey.answer(tab)).to_have_count(0)
    settle(tab)
    assert journey.kept in tab.url
    if journey.upload is not None:
        read_and_refuse(tab, server, journey.upload())
    address, name, start = journey.export
    visit(tab, f"{server}/{address}")
    journey.opened(tab)
    see(tab.get_by_role("button", name=name, exact=True))
    settle(tab)
    assert saved(tab, name).startswith(start)
    assert no_exception(tab)


def read_and_refuse(tab: Page, server: str, upload: Upload) -> None:
    visit(tab, f"{server}/{upload.address}")
    upload.before(tab)
    choose(tab, *upload.sound)
    see(upload.result(tab))
    settle(tab)
    upload.after(tab)
    assert no_exception(tab)
    choose(tab, *upload.broken)
    see(tab.get_by_text(upload.said).first)
    expect(upload.result(tab)).to_have_count(0)
    assert no_exception(tab)


@each_system
@pytest.mark.parametrize("tab", [DARK_PHONE], indirect=True, ids=["dark phone"])
def test_the_same_address_answers_in_the_dark_on_a_phone(tab, server, journey):
    visit(tab, f"{server}/{journey.address}")
    see(journey.answer(tab))
    settle(tab)
    assert darkness(tab) < DARKEST_LIGHT
    assert overflow_px(tab) <= 0
    assert cut_off(tab) == []
    assert no_exception(tab)


def test_what_a_system_has_not_is_said():
    for journey in JOURNEYS.values():
        complete = journey.upload is not None and journey.export[2] == b"%PDF"
        assert complete == (not journey.without)
