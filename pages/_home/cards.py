"""What the gallery says of each system: one function a system."""

from __future__ import annotations

from core import breast_cancer, cardiosense, respiratory, saliency, trust
from core.stats.intervals import Interval
from core.viz.text import fixed
from pages._home import apple, foundations, guardian
from pages._home.card import Card, Link
from pages._shared import models
from pages._shared.page_def import System

HALF = 0.5


def _area(found: Interval, rows: str) -> tuple[str, str, str]:
    """Return measure, figure and origin of an area under the ROC curve."""
    low, high = fixed(found.low, 3), fixed(found.high, 3)
    return (
        f"AUC, 95 % interval {low} to {high}",
        fixed(found.estimate, 3),
        f"Nested cross-validation, {found.n} {rows}.",
    )


def _cardiosense() -> Card:
    patient = cardiosense.diagnostic_presets()[1]
    return Card(
        System.CARDIOSENSE,
        "Is a coronary artery narrowed now, and why does the model say so? What is the least "
        "effort that lowers a ten-year risk?",
        *_area(cardiosense.headline(), "patients"),
        "920 patients referred for angiography in Cleveland, Hungary, Switzerland and Long "
        "Beach; Cleveland trains, the others test.",
        (
            Link("cardiosense", "Try it on a real patient", {"preset": patient.slug}),
            Link("cardiosense-prevention", "Plan a lower risk"),
            Link("cardiosense-model", "See the evidence"),
        ),
    )


def _breast_cancer() -> Card:
    case = breast_cancer.case_presets()[0]
    return Card(
        System.BREAST_CANCER,
        "Benign or malignant, and do the thirty values fit together? Has the stream of cases "
        "drifted, with how many false alarms?",
        *_area(breast_cancer.headline(), "cases"),
        "569 fine-needle aspirates from Wisconsin, ten measurements of the cell nuclei each; "
        "57 cases are kept out of every training for the examples.",
        (
            Link("breast-cancer", "Try it on a held-out case", {"preset": case.slug}),
            Link("breast-cancer-drift", "Watch a stream"),
            Link("breast-cancer-model", "See the evidence"),
        ),
    )


def _respiratory() -> Card:
    found = respiratory.headline()
    pair = found.external or found.shipped
    outside = pair.cross_source
    return Card(
        System.RESPIRATORY,
        "What do three networks see in a chest radiograph, and how much of their accuracy is the "
        "hospital instead of the disease?",
        "AUC of COVID-19, at home and elsewhere",
        f"{fixed(pair.in_source.estimate, 3)} and {fixed(outside.estimate, 3)}",
        "On the collections trained on, and on one not trained on (95 % interval "
        f"{fixed(outside.low, 3)} to {fixed(outside.high, 3)}), {outside.n} films; 0.5 is chance.",
        "4,070 public radiographs of five collections; the films are not shipped, the examples are "
        "drawn or free to show.",
        (
            Link("respiratory", "Read a film"),
            Link("respiratory-shortcuts", "See the shortcut audit"),
            Link("respiratory-model", "See the evidence"),
        ),
    )


def _saliency() -> Card:
    told = [one["held_out"]["shortcut"] for one in saliency.phantoms().values()]
    reading = sum(share is not None and share > HALF for share in told)
    return Card(
        System.SALIENCY,
        "Does the network need what a heatmap shows? Each map is put to the network, beside maps "
        "of chance, before it is believed.",
        "Small networks that read a shortcut, found by intervention",
        f"{reading} of {len(told)}",
        "More than half of the answer, on held-out drawn films with lesion and shortcut; a map "
        "need not show it.",
        "Drawn radiographs whose causes can be taken away exactly, the chest X-ray networks on "
        "real films, or an ONNX classifier of your own.",
        (
            Link(
                "saliency",
                "Put a map to the test",
                {"image": "phantom", "finding": "2", "shortcut": "on"},
            ),
            Link("saliency-paradox", "See the paradox"),
            Link("saliency-benchmark", "Compare the methods"),
        ),
    )


def _trust() -> Card:
    audited, strictest = models.held_out(), trust.policies()[0]
    return Card(
        System.TRUST,
        "Which claims about a model do the data show, which do they break, and which stay open "
        "because there are too few rows?",
        "Models of the suite, audited on rows they had never seen",
        str(len(audited)),
        f"{len(strictest.rules)} kinds of claim under {strictest.name} {strictest.version}; a "
        "verdict is never an average.",
        "Your own predictions as a CSV file, or those of the models above: outcome, "
        "probability, and attributes such as sex, age or hospital.",
        (
            Link("trustlens", "Audit a model", {"model": audited[0].key}),
            Link("trustlens-compare", "Compare two models"),
            Link("trustlens-original", "See what a score hides"),
        ),
    )


CARDS = (
    _cardiosense,
    _breast_cancer,
    _respiratory,
    _saliency,
    _trust,
    guardian.card,
    apple.card,
    foundations.card,
)
