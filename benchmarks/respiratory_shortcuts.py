"""How much of the respiratory figures is the hospital and not the disease: the whole study.

Needs ``requirements-train.txt``, the training films and the wheel of the DINOv2 trunk. Prints the
mitigations by leave-one-source-out area, the probes, and what is to be concluded. With ``--write``
the study is stored in the model folder, which is then to be sealed again.

    python -m benchmarks.respiratory_shortcuts --wheels WHEELS --date 2026-11-29
"""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

from core import artifacts
from core.respiratory.audit.stored import STUDY, audit_of
from core.respiratory.audit.study import Study
from core.stats.intervals import Interval

FOLDER = artifacts.MODELS_ROOT / "respiratory" / "1"


def figure(interval: Interval | None) -> str:
    if interval is None:
        return "-"
    return f"{interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def variants(study: Study) -> list[str]:
    heads = ["mitigation", "mean", "advantage", *(f"fold {fold.name}" for fold in study.folds)]
    heads += ["3 findings, single", "AUC, single", "3 findings, multi", "AUC, multi"]
    heads += ["Cohen test AUC, multi"]
    lines = [row(*heads), row(*["---"] * len(heads))]
    for one in study.variants:
        inside = [f(part) for part in one.in_source for f in (_accuracy, _auc)]
        cells = [one.name, figure(one.mean), figure(one.advantage)]
        cells += [figure(fold.auc) for fold in one.folds]
        lines.append(row(*cells, *inside, figure(one.in_source[-1].cohen_auc)))
    return lines


def probes(study: Study) -> list[str]:
    lines = [row("probe", "measure", "probe", "whole image", "guessing"), row(*["---"] * 5)]
    for one in study.probes:
        cells = (one.title, one.measure, figure(one.probe), figure(one.whole), f"{one.chance:.3f}")
        lines.append(row(*cells))
    return lines


def effects(study: Study) -> list[str]:
    codes = list(dict.fromkeys(one.probe for one in study.effects))
    recipes = list(dict.fromkeys(one.recipe for one in study.effects))
    found = {(one.recipe, one.probe): one.value for one in study.effects}
    lines = [row("recipe", *codes), row(*["---"] * (1 + len(codes)))]
    for recipe in recipes:
        lines.append(row(recipe, *(figure(found.get((recipe, code))) for code in codes)))
    return lines


def _accuracy(part: object) -> str:
    return figure(getattr(part, "accuracy", None))


def _auc(part: object) -> str:
    return figure(getattr(part, "auc", None))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, required=True, help="folder with the trunk's wheel")
    parser.add_argument("--films", type=Path, default=None, help="folder with metadata.csv")
    parser.add_argument("--shelf", type=Path, default=Path("/tmp/respiratory-study"))
    parser.add_argument("--date", type=datetime.date.fromisoformat, required=True)
    parser.add_argument("--write", action="store_true", help=f"store {FOLDER / STUDY}")
    arguments = parser.parse_args()

    from core.respiratory.training.collection import SHARED, read_collection
    from core.respiratory.training.study import run_study
    from core.respiratory.training.study_features import Shelf, frozen_encoder
    from core.respiratory.training.trunks import DINOV2

    study = run_study(
        read_collection(arguments.films or SHARED),
        frozen_encoder(arguments.wheels / DINOV2.file),
        Shelf(arguments.shelf),
        arguments.date,
        lambda line: print(line, file=sys.stderr, flush=True),
    )
    for part in (variants(study), probes(study), effects(study)):
        print("\n".join(part), end="\n\n")
    audit = audit_of(study, "not sealed")
    print("\n".join((*audit.sentences, *audit.reasons)))
    print(f"{study.seconds:.0f} processor seconds")
    if arguments.write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        artifacts.write_json(FOLDER / STUDY, study.to_dict())


if __name__ == "__main__":
    main()
