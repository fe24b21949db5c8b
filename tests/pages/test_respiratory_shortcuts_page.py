"""The shortcut audit: every sentence follows from the figures of the folder in use."""

from __future__ import annotations

import pytest

from core.respiratory import LABELS, NETWORK_NAMES, card, shortcut_audit
from tests.pages.respiratory_folder import in_use
from tests.pages.simulated_study import retold, sealed, study

SLUG = "respiratory-shortcuts"
VIEWS = [
    "Without the lungs",
    "Leave one source out",
    "What was tried",
    "At home and elsewhere",
    "What it means",
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Sealed folders: a usual study, one at chance where no treatment helps, and none."""
    usual = sealed(tmp_path_factory.mktemp("usual"), study())
    return {
        "usual": usual,
        "chance": sealed(
            tmp_path_factory.mktemp("chance"), study(away=0.51, treated=False), runs=False
        ),
        "gain": retold(usual, tmp_path_factory.mktemp("gain"), study(gain=0.09)),
        "none": retold(usual, tmp_path_factory.mktemp("none"), None),
    }


@pytest.fixture
def usual(folders):
    with in_use(folders["usual"]):
        yield


def texts(app):
    kinds = (app.markdown, app.caption, app.info, app.subheader)
    return "\n".join(element.value for kind in kinds for element in kind)


def metrics(app):
    return {one.label: one.value for one in app.metric}


def opened(app):
    return [tab.label for tab in app.tabs if len(tab.children)]


def test_the_answer_stands_first_with_home_and_elsewhere_side_by_side(open_page, usual):
    app = open_page(SLUG)
    assert not app.exception
    assert app.subheader[0].value == (
        "A network that never sees the lungs reaches an AUC of 0.95 for COVID-19; on the whole "
        "film the same network reaches 0.97. On a collection not trained on the whole film gives "
        "0.56."
    )
    assert metrics(app) == {
        "Border alone, same collections": "0.95",
        "Whole film, same collections": "0.97",
        "Whole film, a collection not trained on": "0.56",
    }
    assert "n = 300 patients" in texts(app)
    assert opened(app) == [VIEWS[0]]


def test_chance_elsewhere_is_said_in_the_answer(open_page, folders):
    with in_use(folders["chance"]):
        app = open_page(SLUG)
        assert not app.exception
        assert app.subheader[0].value.endswith("gives 0.51: not better than guessing.")


def test_the_map_of_sources_counts_the_films_of_the_card(open_page, usual):
    app = open_page(SLUG)
    app.session_state["cxr.audit.sources.numbers"] = True
    app.run()
    assert not app.exception
    shown = app.dataframe[0].value.set_index("Source")
    assert shown.loc["BIMCV (Valencia)"].tolist() == [250, 0, 0, 0]
    total = sum(row["n"] for row in card()["networks"]["ensemble"]["by_source"])
    assert shown.to_numpy().sum() == total
    assert "BIMCV (Valencia), which has no film of any other finding" in texts(app)
    assert "**Viral Pneumonia** is a finding of children here: 250 of 255 films" in texts(app)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["usual", "chance", "gain"])
def test_every_view_opens_from_its_address(open_page, folders, view, name):
    with in_use(folders[name]):
        app = open_page(SLUG, view=view)
        assert not app.exception
        assert opened(app) == [view]


def test_each_probe_is_given_with_guessing_and_what_it_means(open_page, usual):
    shown = texts(open_page(SLUG))
    for probe in shortcut_audit().probes:
        assert f"**{probe.title}.**" in shown
    assert "96 % of the way from guessing to the whole film" in shown
    assert "n = 20 shufflings" not in shown  # only in the chart


def test_the_choice_is_judged_where_it_was_not_made(open_page, usual):
    app = open_page(SLUG, view="Leave one source out")
    nested = app.dataframe[-1].value
    assert list(nested["Verdict"]) == ["the interval includes 0", "above 0", "below 0"]
    assert "Worse than films as they are on C" in texts(app)
    assert "0.640 (0.580 to 0.700)" in texts(app)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("usual", "The gain of the chosen treatment is not shown"),
        ("gain", "The chosen treatment gains; its interval lies above 0"),
        ("chance", "Nothing tried does better than films as they are"),
    ],
)
def test_a_gain_is_claimed_only_where_its_interval_shows_it(open_page, folders, name, said):
    with in_use(folders[name]):
        shown = texts(open_page(SLUG, view="What was tried"))
        assert said in shown
        assert all(reason in shown for reason in shortcut_audit().reasons)


@pytest.mark.parametrize("network", NETWORK_NAMES)
def test_the_network_of_the_address_is_shown_by_source(open_page, usual, network):
    app = open_page(SLUG, view="At home and elsewhere", model=str(network))
    app.session_state["cxr.audit.places.recall.numbers"] = True
    for label in LABELS:
        app.get_by_key("cxr.audit.places").set_value(str(label)).run()
        assert not app.exception
        rows = [r for r in card()["networks"][network]["by_source"] if r["finding"] == label]
        shown = app.dataframe[0].value
        assert sorted(shown["n"]) == sorted(row["n"] for row in rows)


def test_what_was_not_trained_otherwise_is_not_shown(open_page, folders):
    with in_use(folders["chance"]):
        app = open_page(SLUG, view="At home and elsewhere")
        assert not app.exception
        assert len(app.dataframe[0].value) == 1
        assert "how far figures vary with it is not known" in texts(app)


def test_every_sentence_of_the_study_is_told(open_page, usual):
    shown = texts(open_page(SLUG, view="What it means"))
    assert all(sentence in shown for sentence in shortcut_audit().sentences)
    assert "With 250 films of COVID-19, 99 % means 97 to over 99 %" in shown


def test_without_a_study_there_is_no_audit(open_page, folders):
    with in_use(folders["none"]):
        app = open_page(SLUG)
        assert not app.exception
        assert not app.metric
        assert "No audit" in texts(app)
        assert "has no file study.json" in texts(app)


@pytest.mark.parametrize("view", VIEWS)
def test_the_shipped_study_opens(open_page, view):
    app = open_page(SLUG, view=view)
    assert not app.exception
    if "No audit" not in texts(app):
        assert all(0.3 < float(value) <= 1 for value in metrics(app).values())
