"""What pages show in code is run: the API, Python and the command line answer as the page does."""

from __future__ import annotations

import ast
import dataclasses
import io
import json
import shlex
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.routing import Mount
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from apps.api import api
from apps.cli import app as cli
from core.breast_cancer import case_template
from core.cardiosense import batch_template
from core.respiratory import example
from core.runtime.settings import settings
from core.viz.text import fixed, number, percent
from pages._breast_cancer import boundary
from pages._saliency import asked
from pages._shared import server
from pages._shared.call import INLINE, Call

CLIENT = TestClient(Starlette(routes=[Mount("/api", api)]), base_url=server.LOCAL)
CSV = "text/csv"
FILM = "child-normal-1"
Answer = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class State:
    """A page as a visitor has it, the routes it shows, and what page and API both say."""

    slug: str
    query: dict[str, str]
    says: dict[str, Callable[[Answer], str] | None]
    click: str = ""
    upload: tuple[str, bytes, str] | None = None
    choose: str = ""
    less: str = ""
    """Parameter that makes the API's answer quicker, where only its status is looked at."""


def film_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(*example(FILM))
    return out.getvalue()


def case(name: str) -> dict[str, str]:
    return {"preset": "case-364", "view": name}


def man(name: str) -> dict[str, str]:
    return {"preset": "woman-66", "view": name}


CARDIO, BREAST, FILMS = "/v1/cardiosense/", "/v1/breast-cancer/", "/v1/respiratory/"
TRUST, APPLE, MAPS = "/v1/trust/", "/v1/apple-sales/", "/v1/saliency/"
# fmt: off
SCORE = State("cardiosense", man("Save"), {CARDIO + "score": lambda a: percent(a["p"])})
PATH = State("cardiosense", man("Least effort"), {
    CARDIO + "path": lambda a: f"{number(100 * a['p_after'], 1)} %"}, "Find the path")
PATIENTS = State("cardiosense-batch", {}, {CARDIO + "batch": None},
                 upload=("my patients.csv", batch_template(), CSV))
CHECK = State("guardian", {"preset": "warfarin-antibiotic", "view": "Save"}, {
    "/v1/guardian/check": lambda a: a["alerts"][0]["management"]})
YEAR = State("apple-sales-facts", {"year": "2024"}, {
    APPLE + "facts": lambda a: fixed(a["total"] / 1000, 1)})
STATES = [
    SCORE, PATH, PATIENTS, CHECK, YEAR,
    State("cardiosense", man("Why"), {
        CARDIO + "explain": lambda a: percent(a["champion"]["p"])}),
    State("cardiosense", man("What if"), {
        CARDIO + "what-if": lambda a: percent(a["p_after"]), CARDIO + "sensitivity": None}),
    State("cardiosense-prevention", {"preset": "woman-50"}, {
        CARDIO + "prevention": lambda a: f"{number(100 * a['p'], 1)} %"}),
    State("breast-cancer", case("Save"), {BREAST + "score": lambda a: percent(a["p"])}),
    State("breast-cancer", case("Why"), {
        BREAST + "explain": lambda a: percent(a["families"]["overlap"])}),
    State("breast-cancer", case("What if"), {
        BREAST + "sensitivity": lambda a: percent(sum(a["off"]) / len(a["off"]))}),
    State("breast-cancer", case("Similar cases"), {
        BREAST + "case-mix": lambda a: f"Mean distance {number(a['distance'])}"}),
    State("breast-cancer", case("Nearest boundary"), {
        BREAST + "counterfactual": lambda a: percent(a["p_after"])}, "Find the nearest case"),
    State("breast-cancer-stress", {"preset": "unit", "view": "Code"}, {
        BREAST + "stress/unit": lambda a: percent(a["after"]["accuracy"]["estimate"])}),
    State("breast-cancer-drift", {"example": "unit"}, {BREAST + "drift": lambda a: a["verdict"]}),
    State("breast-cancer-batch", {}, {BREAST + "batch": None},
          upload=("cases.csv", case_template(), CSV)),
    State("respiratory", {"film": FILM, "model": "cnn", "view": "Save"}, {
        FILMS + "predict": lambda a: percent(max(a["readings"][0]["probabilities"].values()))}),
    State("respiratory", {"film": FILM, "model": "cnn", "view": "Where"}, {
        FILMS + "explain": lambda a: a["border"]["sentence"]}),
    State("respiratory-batch", {"model": "cnn"}, {FILMS + "predict": None},
          upload=("films.zip", film_zip(), "application/zip")),
    State("saliency", {"image": FILM, "model": "cnn", "method": "cam", "view": "Save"}, {
        MAPS + "explain": lambda a: a["label"]}, less="test=false"),
    State("saliency", {"image": "phantom", "method": "cam", "view": "Save"}, {
        MAPS + "phantoms/explain": lambda a: a["label"]}, less="test=false"),
    State("saliency-benchmark", {"view": "Download"}, {
        MAPS + "leaderboard": lambda a: fixed(a["omnibus"]["agreement"], 2)}),
    State("trustlens", {"model": "breast-cancer-svm"}, {
        TRUST + "models/breast-cancer-svm/audit": lambda a: a["summary"]}),
    State("trustlens-compare", {"model": "breast-cancer-svm"}, {
        TRUST + "compare": lambda a: f"both call {percent(a['agree'])} of the rows"}),
    State("trustlens-original", {"model": "breast-cancer-svm"}, {
        TRUST + "original": lambda a: f"{a['score']['score']}, grade {a['score']['grade']}"}),
    State("apple-sales", {}, {APPLE + "plan": lambda a: fixed(a["objective"], 2)}),
    State("apple-sales-stress", {"view": "Robust plan"}, {APPLE + "stress": None}, less="draws=10"),
    State("apple-sales-stress", {"view": "Risk"}, {APPLE + "frontier": None}, less="points=2"),
    State("apple-sales-stress", {"view": "One limit"}, {APPLE + "value": None}, less="points=2"),
    State("apple-sales-structure", {}, {APPLE + "structure": lambda a: a["sentence"]}),
    State("apple-sales-structure", {"view": "By density"}, {
        APPLE + "density": lambda a: f"leaves {a['alone']} of {a['n']}"}),
    State("apple-sales-inference", {}, {APPLE + "contrasts": lambda a: a["title"]}),
    State("apple-sales-inference", {"view": "Price elasticities"}, {APPLE + "elasticities": None}),
    State("apple-sales-inference", {"view": "Services"}, {APPLE + "services": None}),
    State("apple-sales-forecast", {"view": "Surprises"}, {
        APPLE + "forecast": None, APPLE + "anomalies": None}),
    State("apple-sales-data", {}, {APPLE + "inspect": lambda a: a["reason"]},
          choose="The reported quarters"),
    State("apple-sales-report", {"q": "iPhone revenue 2023"}, {
        APPLE + "ask": lambda a: a["figure"]}),
    State("foundations-pca-svd", {}, {"/v1/foundations/verify": None}),
]
# fmt: on


@pytest.fixture
def offered(monkeypatch) -> dict[str, bytes]:
    """Return the files that a page offers, by name, once it is open."""
    files: dict[str, bytes] = {}
    original = st.download_button

    def button(label: str, data: Any, file: str, *rest: Any, **more: Any) -> Any:
        files[file] = data
        return original(label, data, file, *rest, **more)

    monkeypatch.setattr(st, "download_button", button)
    return files


def content_of(files: dict[str, Any], name: str) -> bytes:
    found = files[name]
    made = found() if callable(found) else found
    return made.encode() if isinstance(made, str) else made


@pytest.fixture
def quick(monkeypatch):
    """Show maps without putting them to the network, and search in this process."""

    def explain(subject, method, label=None, options=None, *, tested=True, on_progress=None):
        import core.saliency

        return core.saliency.explain(subject, method, label, options, tested=False)

    monkeypatch.setattr(asked, "explain", explain)
    monkeypatch.setattr(boundary.jobs, "run", lambda verb, *given, timeout: verb(*given))


def opened(state: State, open_page: Callable[..., AppTest]) -> AppTest:
    app = open_page(state.slug, **state.query)
    if state.upload is not None:
        app = app.file_uploader[0].set_value(state.upload).run()
    if state.choose:
        app = app.button_group[0].set_value(state.choose).run()
    if state.click:
        app = next(one for one in app.button if one.label == state.click).click().run()
    assert not app.exception
    return app


def shown(app: AppTest, language: str, start: str) -> list[str]:
    return [one.value for one in app.code if one.language == language and start in one.value]


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.header, app.subheader, app.info, app.success,
             app.warning)  # fmt: skip
    plain = [one.value for kind in kinds for one in kind] + [one.value for one in app.metric]
    return "\n".join(plain).replace("\\", "")


def send(line: str, files: dict[str, Any], more: str = "") -> Any:
    """Send what a shell would have curl send."""
    words = iter(shlex.split(line))
    assert next(words) == "curl"
    url, headers, body = next(words), {}, None
    url += f"{'&' if '?' in url else '?'}{more}" if more else ""
    for option in words:
        value = next(words)
        if option == "-H":
            name, _, text = value.partition(": ")
            headers[name] = text
        elif option in ("-d", "--data-binary"):
            body = content_of(files, value[1:]) if value.startswith("@") else value.encode()
        else:
            assert option == "-o"
    return CLIENT.request("GET" if body is None else "POST", url, headers=headers, content=body)


def route(line: str) -> str:
    return shlex.split(line)[1].removeprefix(f"{server.LOCAL}/api").partition("?")[0]


@pytest.mark.parametrize("state", STATES, ids=lambda one: "-".join((one.slug, *one.query.values())))
def test_the_api_says_what_the_page_says(state, open_page, offered, quick):
    app = opened(state, open_page)
    lines = {route(line): line for line in shown(app, "bash", "curl ")}
    assert set(lines) == set(state.says)
    if state.upload is not None:
        offered[state.upload[0]] = state.upload[1]
    for name in state.query.keys() & {"film", "image"}:
        if state.query[name] == FILM:
            offered.update([example(FILM)])
    for path, says in state.says.items():
        found = send(lines[path], offered, state.less)
        assert found.status_code == 200, found.text
        if says is not None:
            assert says(found.json()) in texts(app)


# --- the other forms of the same call


def test_the_python_runs_in_a_process_of_its_own(open_page):
    score = opened(SCORE, open_page)
    year = opened(YEAR, open_page)
    (first,) = shown(score, "python", "from core.cardiosense import score_patient")
    (second,) = shown(year, "python", "from core.apple_sales import facts")
    done = subprocess.run(
        [sys.executable, "-c", f"{first}\n{second}"], capture_output=True, text=True, check=True
    )
    asked = [send(*shown(app, "bash", "curl "), {}).json() for app in (score, year)]
    assert repr(asked[0]["p"]) in done.stdout
    assert repr(asked[1]["total"]) in done.stdout


@pytest.mark.parametrize("state", [SCORE, CHECK, PATIENTS], ids=lambda one: one.slug)
def test_python_over_http_is_answered_like_curl(
    state, open_page, offered, monkeypatch, tmp_path, capsys
):
    app = opened(state, open_page)
    (text,), (line,) = shown(app, "python", "urllib"), shown(app, "bash", "curl ")
    if state.upload is not None:
        offered[state.upload[0]] = state.upload[1]
    for name in offered:
        if name in text:
            (tmp_path / name).write_bytes(content_of(offered, name))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(urllib.request, "urlopen", answered)
    exec(text, {})
    found = send(line, offered)
    if "scored.csv" in text:
        assert (tmp_path / "scored.csv").read_bytes() == found.content
    else:
        mine, theirs = ast.literal_eval(capsys.readouterr().out), found.json()
        mine.pop("request_id"), theirs.pop("request_id")
        assert mine == theirs


def answered(asked: urllib.request.Request) -> io.BytesIO:
    """Answer what the standard library would have sent."""
    found = CLIENT.request(
        asked.get_method(), asked.full_url, headers=dict(asked.header_items()), content=asked.data
    )
    assert found.status_code == 200
    return io.BytesIO(found.content)


@pytest.mark.parametrize(
    ("state", "figure"), [(PATH, "p_after"), (CHECK, "headline")], ids=["cardiosense", "guardian"]
)
def test_the_command_line_says_the_same(state, figure, open_page, offered, monkeypatch, tmp_path):
    app = opened(state, open_page)
    (line,), (asked,) = shown(app, "bash", "apps.cli "), shown(app, "bash", "curl ")
    monkeypatch.chdir(tmp_path)
    for name, content in offered.items():
        if name in line:
            (tmp_path / name).write_text(content)
    done = CliRunner().invoke(cli, shlex.split(line)[3:])
    assert json.loads(done.stdout)[figure] == send(asked, offered).json()[figure]


# --- what is written


def test_what_a_user_typed_stays_one_word_of_the_shell():
    call = Call("/v1/x", {"label": "a'b & $(c)"}, file="my $(file); it's.csv", out="o.csv")
    words = shlex.split(call.curl())
    assert words[1] == f"{server.LOCAL}/api/v1/x?label=a%27b+%26+%24%28c%29"
    assert words[-3:] == ["@my $(file); it's.csv", "-o", "o.csv"]
    compile(call.over_http(), "shown", "exec")


def test_a_long_body_is_a_file_that_is_offered():
    short, long = Call("/v1/x", body={"a": "b" * 9}), Call("/v1/x", body={"a": "b" * INLINE})
    assert short.files == {}
    assert long.files == {"request.json": long.body}
    assert "-d @request.json" in long.curl()
    assert "Path('request.json').read_bytes()" in long.over_http()
    named = dataclasses.replace(long, given={"case.json": long.body})
    assert "-d @case.json" in named.curl()


def test_a_server_with_keys_is_sent_one(monkeypatch):
    monkeypatch.setenv("SUITE_API_KEYS", "score:0123456789abcdef")
    settings.cache_clear()
    try:
        call = Call("/v1/x", body={"a": 1})
        assert '-H "Authorization: Bearer $SUITE_API_KEY"' in call.curl()
        assert "0123456789abcdef" not in call.curl() + call.over_http()
        monkeypatch.setenv("SUITE_API_KEY", "mine")
        asked: dict[str, Any] = {}
        exec(call.over_http().split("with ")[0], asked)
        assert asked["request"].get_header("Authorization") == "Bearer mine"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("https://suite.example.org/cardiosense", "https://suite.example.org"),
        ("http://[::1]:8600/", "http://[::1]:8600"),
        ("http://user@evil.example/x", server.LOCAL),
        ("javascript:alert(1)", server.LOCAL),
        ("http://[", server.LOCAL),
        (None, server.LOCAL),
    ],
)
def test_the_address_is_that_of_the_page(seen, expected, monkeypatch):
    class Context:
        url = seen

    monkeypatch.setattr(server.st, "context", Context())
    assert server.origin() == expected
