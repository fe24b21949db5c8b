"""What is asked of a planning problem, as a call."""

from __future__ import annotations

from typing import Any

from core.apple_sales import Problem
from pages._shared import calls
from pages._shared.call import Call

FILE = "problem.json"


def call(route: str, problem: Problem, verb: str, **options: Any) -> Call:
    """Return a question about a problem in every form it has.

    Parameters
    ----------
    route : str
        Of Apple sales, and of its command line where there is such a command.
    problem : Problem
        What is asked about.
    verb : str
        Name in ``core.apple_sales``.
    **options
        Of route, command and verb alike.
    """
    command = ("apple-sales", route, FILE, *calls.options(**options), "--json")
    return Call(
        f"/v1/apple-sales/{route}",
        options,
        problem.to_dict(),
        python=f"import json\n\nfrom core.apple_sales import {verb}, read_problem\n\n"
        f'with open("{FILE}", encoding="utf-8") as file:\n'
        "    problem = read_problem(json.load(file))\n"
        f"print({verb}(problem{calls.arguments(**options)}).to_dict())",
        command=command if route != "value" else (),
        given={FILE: problem.to_dict()},
    )
