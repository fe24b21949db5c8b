"""Hand every bomb to the doors that could be given it, and say what happened.

``python -m tests.security.detonate`` prints a line of JSON for each bomb and door: how it ended,
how long it took, and how much memory it took beyond what was there.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core import apple_sales, guardian, json_input, trust
from core.errors import SuiteError
from core.respiratory.images import expand, read_image
from core.saliency.networks.own import inspect
from core.saliency.networks.untrusted import Scale, examine, limited
from core.tables import read_table
from tests.security import bombs

ADDRESS_SPACE = 6 * 2**30
Door = Callable[[str, bytes], Any]


def film(name: str, content: bytes) -> None:
    """Open a batch of films: the first sentence that refuses one ends it, as none is a film."""
    refused: SuiteError | None = None
    for label, item in expand([(name, content)]):
        try:
            if isinstance(item, SuiteError):
                raise item
            read_image(label, item)
        except SuiteError as error:
            refused = error
    if refused:
        raise refused


def case(name: str, content: bytes) -> None:
    """Review a case as page, API and command line do: JSON first."""
    given = json_input.loads(content, name)
    review = guardian.review(given)
    if review.gaps:
        raise SuiteError("; ".join(gap.message for gap in review.gaps[:3]))


def opened(name: str, content: bytes) -> None:
    """Open a network that nothing is wrong with at first sight, as a worker process does."""
    inspect(name, content)
    limited(examine, name, content, None, Scale.UNIT)


DOORS: dict[str, Door] = {
    "table": lambda name, content: read_table(content, name),
    "trust": lambda name, content: trust.read_table(content, name=name),
    "sales": lambda name, content: apple_sales.read_sales(content, name),
    "film": film,
    "network": inspect,
    "opened": opened,
    "case": case,
    "json": lambda name, content: json_input.loads(content, name),
}
GIVEN: tuple[tuple[Callable[[], bombs.Bombs], tuple[str, ...]], ...] = (
    (bombs.programs, ("table", "trust", "sales", "film", "network", "case")),
    (bombs.texts, ("table",)),
    (bombs.documents, ("json", "case", "film")),
    (bombs.tables, ("table",)),
    (bombs.images, ("film",)),
    (bombs.archives, ("film", "table")),
    (bombs.networks, ("network",)),
    (bombs.hungry_networks, ("opened",)),
)


def run() -> Iterator[dict[str, object]]:
    for made, doors in GIVEN:
        for name, content in made():
            for door in doors:
                yield {
                    "door": door,
                    "bomb": name,
                    "bytes": len(content),
                    **outcome(door, name, content),
                }


def outcome(door: str, name: str, content: bytes) -> dict[str, object]:
    before = _peak_restarted()
    started = time.monotonic()
    try:
        DOORS[door](name, content)
        ended, said = "taken", ""
    except SuiteError as error:
        ended, said = "refused", error.message
    except BaseException as error:
        ended, said = "failed", f"{type(error).__name__}: {error}"[:300]
    seconds = time.monotonic() - started
    mib = (_peak() - before) / 1024
    return {"ended": ended, "said": said[:300], "seconds": round(seconds, 2), "mib": round(mib)}


def _peak_restarted() -> int:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _peak()


def _peak() -> int:
    """Return the most memory this process held at once since the count was restarted, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    for line in run():
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
