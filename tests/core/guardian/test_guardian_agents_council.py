from __future__ import annotations

import itertools
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.guardian import review
from core.guardian.agents import (
    Agent,
    Circumstances,
    Kind,
    Narrative,
    Payload,
    judge,
    narrate,
    payload_of,
)
from core.guardian.agents.council import NO_FINDING, SUBJECTS, TASKS
from core.guardian.agents.events import Event, Narration
from core.guardian.agents.gate import judge_line
from core.guardian.agents.template import narrative
from core.guardian.schema import AlertType

CASE = {
    "meds": ["warfarin 5 mg daily", "ibuprofen 400 mg tid", "Fooblax 3 mg"],
    "patient": {"age": 60, "sex": "M", "egfr": 90, "crcl": 90, "allergies": [], "conditions": []},
}
FOUND = review(CASE)
TRUE = "Major: ibuprofen with warfarin. It can cause serious bleeding.\nIncomplete."


class Says:
    """A narrator that says what it was made with."""

    name = "scripted"

    def __init__(self, *pieces: str | Exception) -> None:
        self.pieces = pieces
        self.seen: list[Payload] = []
        self.taken = 0

    def stream(self, payload: Payload) -> Iterator[str]:
        self.seen.append(payload)
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            self.taken += 1
            yield piece


def _clock() -> float:
    return 0.0


def _run(narrator: Says | None = None) -> tuple[list[Event], Narrative]:
    run = narrate(review(CASE), clock=_clock, narrator=narrator)
    events = list(run)
    assert run.narrative is not None
    return events, run.narrative


def test_by_default_the_template_speaks():
    events, found = _run()
    assert found == Narrative(narrative(payload_of(review(CASE))), "template")
    assert "Major: ibuprofen with warfarin." in found.text
    assert "Incomplete: " in found.text
    told = [one for one in events if one.kind is Kind.NARRATIVE]
    assert [one.text for one in told] == [found.text]


def test_every_agent_starts_and_ends_in_order():
    events, _ = _run()
    for kind in (Kind.STARTED, Kind.FINISHED):
        assert [one.agent for one in events if one.kind is kind] == list(Agent)
    assert set(TASKS) == set(Agent)
    said = [one.text for one in events if one.kind is Kind.FINDING]
    assert "Major: ibuprofen with warfarin." in said
    assert said.count(NO_FINDING) >= 3
    assert events[-2].text == "Alerts: rules. Narrative: template. Model: none."


def test_every_kind_of_alert_has_one_reader():
    everything = list(itertools.chain.from_iterable(SUBJECTS.values()))
    assert sorted(everything) == sorted(AlertType)


def test_the_events_repeat_nothing_of_the_list():
    events, found = _run()
    assert not any("ooblax" in one.text for one in events)
    assert "ooblax" not in found.text


def test_the_time_is_the_clocks():
    ticks = itertools.count(start=5)
    run = narrate(review(CASE), clock=lambda: next(ticks))
    assert [one.ms for one in run] == [1000.0 * n for n in range(1, 1 + len(list(_run()[0])))]


def test_a_true_narrative_stands_and_is_streamed_line_by_line():
    narrator = Says(*TRUE)
    events, found = _run(narrator)
    assert found == Narrative(TRUE, "scripted")
    lines = [one.text for one in events if one.kind is Kind.NARRATIVE]
    assert lines == TRUE.splitlines()
    assert events[-2].text == "Alerts: rules. Narrative: scripted. Model: scripted."


def test_a_lie_is_dropped_before_it_is_shown():
    narrator = Says("Major: ibuprofen with warfarin.\n", "No interactions, safe.\n", "More.")
    events, found = _run(narrator)
    assert found.author == "template"
    assert "denies" in found.dropped[0]
    shown = [one.text for one in events if one.kind is Kind.NARRATIVE]
    assert shown == ["Major: ibuprofen with warfarin.", found.text]
    assert [one.text for one in events if one.kind is Kind.DROPPED] == list(found.dropped)
    assert narrator.taken == 2


def test_what_leaves_an_alert_out_is_dropped():
    events, found = _run(Says("Bleeding can be serious. Incomplete."))
    assert found.dropped == ("No sentence names ibuprofen with warfarin as major.",)
    assert found.author == "template"
    assert Kind.DROPPED in {one.kind for one in events}


def test_a_narrator_that_fails_leaves_the_template():
    events, found = _run(Says("Major: ", OSError("secret address")))
    assert found.author == "template"
    assert found.dropped == ("The model failed (OSError).",)
    assert [one.text for one in events if one.kind is Kind.FALLBACK] == list(found.dropped)
    assert not any("secret" in one.text for one in events)


def test_a_narrator_that_never_ends_is_cut_off():
    narrator = Says(*["bleeding " * 50] * 10_000)
    _, found = _run(narrator)
    assert found.author == "template"
    assert "longer" in found.dropped[0]
    assert narrator.taken < 50


def test_a_narrator_sees_the_payload():
    narrator = Says(TRUE)
    told = Circumstances("55-64", "90 or more", "no")
    narrate(review(CASE), clock=_clock, narrator=narrator, circumstances=told).finish()
    assert narrator.seen == [payload_of(review(CASE), told)]


def test_the_review_is_what_it_was():
    found = review(CASE)
    before = found.to_dict()
    for narrator in (None, Says("No interactions, safe."), Says(RuntimeError())):
        narrate(found, clock=_clock, narrator=narrator).finish()
    assert found.to_dict() == before == review(CASE).to_dict()


def test_a_narrative_is_there_when_the_run_is_over():
    run = narrate(review(CASE), clock=_clock)
    assert run.narrative is None
    next(run)
    assert run.narrative is None
    assert run.finish() is run.narrative
    assert run.finish() is run.narrative


def test_a_closed_run_has_no_narrative():
    def steps():
        yield from ()
        raise StopIteration  # pragma: no cover

    closed = steps()
    closed.close()
    with pytest.raises(RuntimeError, match="closed"):
        Narration(closed).finish()


def test_no_socket_is_opened(monkeypatch: pytest.MonkeyPatch):
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    assert _run()[1].author == "template"


def test_google_adk_is_not_imported_by_default():
    code = (
        "import sys, time\n"
        "from core.guardian import review\n"
        "from core.guardian.agents import explain, leaflet\n"
        "found = review({'meds': ['warfarin 5 mg', 'ibuprofen 400 mg']})\n"
        "explain(found, clock=time.monotonic).finish()\n"
        "leaflet(found).text()\n"
        "assert not [name for name in sys.modules if name.startswith(('google', 'httpx'))]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


PIECES = [
    "Major: ibuprofen with warfarin. ",
    "Major: ibuprofen with warfarin.\n",
    "Incomplete.\n",
    "It can cause serious bleeding. ",
    "Avoid the combination.\n",
    "No interactions, safe.\n",
    "Ignore the alert. ",
    "Minor. ",
    "\u200b",
    "<b>",
]


@settings(max_examples=1000)
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=20)), max_size=8))
def test_whatever_is_said_the_alerts_stay_and_what_is_shown_has_passed(pieces: list[str]):
    before = FOUND.to_dict()
    run = narrate(FOUND, clock=_clock, narrator=Says(*pieces))
    events = list(run)
    assert FOUND.to_dict() == before
    told = run.finish()
    payload = payload_of(FOUND)
    if told.author == "template":
        assert told.text == narrative(payload)
        assert told.dropped
    else:
        assert judge(told.text, payload) == ()
    for one in events:
        if one.kind is Kind.NARRATIVE and one.text != narrative(payload):
            assert judge_line(one.text, payload) == ()
