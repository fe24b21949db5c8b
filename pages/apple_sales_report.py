"""Questions: ask in words, and get the figure with its formula and the cells behind it."""

from __future__ import annotations

from pages._apple_sales import frame, questions_answer, questions_ask, questions_history
from pages._shared import header


def body() -> None:
    question = questions_ask.show()
    answered = questions_history.answered(question)
    if answered is not None:
        questions_answer.show(answered)
    questions_history.show()


with header.page("apple-sales-report"):
    body()
    frame.foot()
