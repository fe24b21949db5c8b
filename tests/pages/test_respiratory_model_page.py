"""The evidence page: figures, intervals and verdicts are those of the card in use."""

from __future__ import annotations

import pytest

from core.respiratory import NETWORK_NAMES, card, claim, headline, interval
from core.viz.text import fixed, percent
from tests.pages.respiratory_folder import in_use
from tests.pages.simulated_study import sealed, study

SLUG = "respiratory-model"
VIEWS = ["Accuracy", "Operating point", "Calibration", "Sources", "Input gate", "Card and CLAIM"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Sealed folders: with other seeds and a reference, and with neither."""
    return {
        "full": sealed(tmp_path_factory.mktemp("full"), study()),
        "bare": sealed(tmp_path_factory.mktemp("bare"), runs=False),
    }


@pytest.fixture
def full(folders):
    with in_use(folders["full"]):
        yield


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app):
    return {one.label: one.value for one in app.metric}


def opened(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


@pytest.mark.parametrize("network", NETWORK_NAMES)
def test_the_headline_is_that_of_the_network_in_the_address(open_page, full, network):
    app = open_page(SLUG, model=str(network))
    assert not app.exception
    pair = headline(network).external
    assert metrics(app)["Same collections, other patients"] == fixed(pair.in_source.estimate)
    assert metrics(app)["A collection not trained on"] == fixed(pair.cross_source.estimate)


def test_every_goal_is_counted_and_each_miss_is_told(open_page, full):
    app = open_page(SLUG)
    goals = card()["goals"]
    for verdict in ("reached", "missed", "not measured"):
        count = sum(one["verdict"] == verdict for one in goals)
        assert f"{count} {verdict}" in texts(app)
    for goal in goals:
        assert (f"**Missed.** {goal['text']}" in texts(app)) == (goal["verdict"] == "missed")
    assert len(app.dataframe[0].value) == len(goals)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["full", "bare"])
@pytest.mark.parametrize("network", ["ensemble", "cnn"])
def test_every_view_opens_from_its_address(open_page, folders, view, name, network):
    with in_use(folders[name]):
        app = open_page(SLUG, view=view, model=network)
        assert not app.exception
        assert opened(app) == [view]


@pytest.mark.parametrize("many", ["three", "four"])
def test_accuracy_is_that_of_the_card(open_page, full, many):
    app = open_page(SLUG, model="vit")
    app.session_state["cxr.evidence.accuracy.confusion.numbers"] = True
    app.get_by_key("cxr.evidence.accuracy").set_value(many).run()
    assert not app.exception
    own = card()["networks"]["vit"]["in_source"][many]
    assert metrics(app)["Accuracy"] == fixed(own["accuracy"]["films"]["estimate"])
    shown = next(d.value for d in app.dataframe if list(d.value.columns)[:1] == ["Films of"])
    assert shown.iloc[:, 1:].to_numpy().tolist() == own["confusion"]


def test_the_alert_is_that_of_the_card(open_page, full):
    app = open_page(SLUG, view="Operating point")
    found = card()["networks"]["ensemble"]["in_source"]["alert"]
    recall = interval(found["recall"]["films"])
    assert metrics(app)["Recall"] == percent(recall.estimate)
    assert f"n = {recall.n} films" in texts(app)
    assert f"missed: {found['misses']}" in texts(app)


def test_calibration_is_told_with_and_without_temperature(open_page, full):
    shown = texts(open_page(SLUG, view="Calibration"))
    own = card()["networks"]["ensemble"]["in_source"]
    assert f"**{fixed(own['four']['calibration']['ece'])}** with the temperature" in shown
    assert f"{fixed(own['calibration_raw']['ece'])} without" in shown


def test_sources_are_listed_with_their_licences(open_page, full):
    app = open_page(SLUG, view="Sources")
    tables = [d.value for d in app.dataframe]
    rows = next(t for t in tables if "Called right" in t)
    assert rows["Films"].sum() == sum(
        row["n"] for row in card()["networks"]["ensemble"]["by_source"]
    )
    assert any("CC BY 4.0" in list(t["Licence"]) for t in tables if "Licence" in t)


def test_the_levels_of_the_gate_are_shown(open_page, full):
    app = open_page(SLUG, view="Input gate")
    assert "below **24 %**" in texts(app)
    assert app.dataframe[-1].value["Films"].tolist() == [1084]


@pytest.mark.parametrize("network", NETWORK_NAMES)
def test_limits_checklist_and_the_networks_card_are_shown(open_page, full, network):
    app = open_page(SLUG, view="Card and CLAIM", model=str(network))
    assert not app.exception
    shown = texts(app)
    assert all(limit in shown for limit in card()["limits"])
    assert any(len(d.value) == len(claim()) for d in app.dataframe)
    assert "## Performance" in shown


def test_one_seed_is_said_to_be_one(open_page, folders):
    with in_use(folders["bare"]):
        assert "One seed was trained" in texts(open_page(SLUG))


@pytest.mark.parametrize("view", VIEWS)
def test_the_shipped_card_opens(open_page, view):
    app = open_page(SLUG, view=view)
    assert not app.exception
    assert opened(app) == [view]
