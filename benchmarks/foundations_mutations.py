"""Change every formula in one place at a time, and see who notices.

Signs, operators, comparisons and constants are changed, results put off by one per cent, and sizes
typed in as a number that they have in a check.

``python -m benchmarks.foundations_mutations [--page KEY]``
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import mutants
from core import foundations
from core.foundations import Topic


def changes(topic: Topic) -> Iterator[mutants.Mutant]:
    """Return every changed formula of an article."""
    sizes = mutants.sizes(topic)
    for function in mutants.formulas(topic):
        yield from mutants.every(function)
        for name, values in sizes.get(function.__code__, {}).items():
            for value in sorted(values):
                mutant = mutants.typed_in(function, name, value)
                if mutant is not None:
                    yield mutant


def run(topic: Topic) -> tuple[int, int, list[str]]:
    """Return the number of changes, of noticed ones, and the others in words."""
    calls = mutants.readers(topic)
    total, survivors = 0, []
    for mutant in changes(topic):
        total += 1
        readers = calls.get(mutant.function.__code__, [])
        if mutants.noticed(mutant, readers) is None:
            where = f"{mutant.function.__module__.split('.', 2)[2]}.{mutant.function.__name__}"
            survivors.append(f"{where}, {mutant.change} (read by {', '.join(readers)})")
    return total, total - len(survivors), survivors


def main() -> None:
    """Print how many changes turn a statement red, and those that do not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", help="key of one article")
    asked = parser.parse_args().page
    chosen = [foundations.topic(asked)] if asked else list(foundations.topics())
    every = seen = 0
    for topic in chosen:
        total, killed, survivors = run(topic)
        every, seen = every + total, seen + killed
        print(f"{topic.title}: {len(mutants.formulas(topic))} formulas, {total} changes, "
              f"{killed} turn a statement red")  # fmt: skip
        for survivor in survivors:
            print(f"  not noticed: {survivor}")
    print(f"All: {every} changes, {seen} noticed")


if __name__ == "__main__":
    main()
