"""Change every sign, operator and constant of every formula, one at a time, and see who notices.

``python -m benchmarks.foundations_mutations [--page KEY]``
"""

from __future__ import annotations

import argparse

from benchmarks import mutants
from core import foundations
from core.foundations import Topic


def run(topic: Topic) -> tuple[int, int, list[str]]:
    """Return the number of changes, of noticed ones, and the others in words."""
    calls = mutants.readers(topic)
    total, survivors = 0, []
    for function in mutants.formulas(topic):
        readers = calls.get(function.__code__, [])
        for mutant in mutants.every(function):
            total += 1
            if mutants.noticed(mutant, readers) is None:
                where = f"{function.__module__.split('.', 2)[2]}.{function.__name__}"
                survivors.append(f"{where}, {mutant.change} (read by {', '.join(readers)})")
    return total, total - len(survivors), survivors


def main() -> None:
    """Print how many changes turn a statement red, and those that do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", help="key of one article")
    asked = parser.parse_args().page
    chosen = [foundations.topic(asked)] if asked else list(foundations.topics())
    changes = seen = 0
    for topic in chosen:
        total, killed, survivors = run(topic)
        changes, seen = changes + total, seen + killed
        print(f"{topic.title}: {len(mutants.formulas(topic))} formulas, {total} changes, "
              f"{killed} turn a statement red")  # fmt: skip
        for survivor in survivors:
            print(f"  not noticed: {survivor}")
    print(f"All: {changes} changes, {seen} noticed")


if __name__ == "__main__":
    main()
