"""Shared answers: each made once, however many ask at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.runtime.answers import Answers

ASKING = 8


def test_who_asks_while_it_is_made_waits_and_gets_the_same():
    answers, together, made = Answers(4), threading.Barrier(ASKING), []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_number: int) -> object:
        together.wait()
        return answers.once("question", make)

    with ThreadPoolExecutor(ASKING) as threads:
        found = list(threads.map(ask, range(ASKING)))
    assert len(made) == 1
    assert all(one is made[0] for one in found)


def test_another_question_does_not_wait():
    answers, asked, go_on = Answers(4), threading.Event(), threading.Event()

    def slow() -> str:
        asked.set()
        assert go_on.wait(30)
        return "slow"

    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(answers.once, "slow", slow)
        assert asked.wait(30)
        assert answers.once("quick", lambda: "quick") == "quick"
        assert not first.done()
        go_on.set()
        assert first.result(30) == "slow"


def test_a_failure_is_raised_and_not_kept():
    answers, failing = Answers(4), iter([True, False])

    def make() -> str:
        if next(failing):
            raise ValueError("no")
        return "found"

    with pytest.raises(ValueError, match="no"):
        answers.once("question", make)
    assert "question" not in answers
    assert answers.once("question", make) == "found"


def test_one_waiting_for_what_fails_makes_it_itself():
    answers, asked, go_on = Answers(4), threading.Event(), threading.Event()

    def failing() -> str:
        asked.set()
        assert go_on.wait(30)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(answers.once, "question", failing)
        assert asked.wait(30)
        second = threads.submit(answers.once, "question", lambda: "found")
        go_on.set()
        assert second.result(30) == "found"
        with pytest.raises(ValueError, match="no"):
            first.result(30)


@given(st.lists(st.integers(0, 6), max_size=40), st.integers(1, 4))
def test_the_last_ones_asked_for_are_kept(questions, most):
    answers, kept = Answers(most), []
    for one in questions:
        made = []

        def make(one: int = one, made: list[int] = made) -> int:
            made.append(one)
            return -one

        assert answers.once(one, make) == -one
        assert bool(made) is (one not in kept)
        kept = [*(other for other in kept if other != one), one][-most:]
    assert all((one in answers) is (one in kept) for one in range(7))
    answers.forget()
    assert not any(one in answers for one in range(7))
