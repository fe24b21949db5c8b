"""TrustLens on the command line: audit predictions, compare models, hold a build to a policy."""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.cli.spoken import (
    EXIT_NOT_ENOUGH,
    EXIT_REFUSED,
    MAX_JSON_BYTES,
    AsJson,
    Issued,
    day,
    end,
    group,
    print_result,
    require_output,
    write,
)
from core import json_input
from core.errors import InputError

if TYPE_CHECKING:
    from core.trust import Audit, Comparison, Estimates, Policy, Predictions
    from core.trust.checklists import Checklist

MAX_SEED = 999_999
EXIT_OF = {"pass": 0, "fail": EXIT_REFUSED, "not enough evidence": EXIT_NOT_ENOUGH}
_FILE = "Table of predictions, CSV or Parquet."

Source = Annotated[Path, typer.Argument(metavar="PRED", help=_FILE)]
Label = Annotated[str | None, typer.Option(metavar="COLUMN", help="Outcome.")]
Prob = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN",
        help="Probability of the positive class; once for each class where there are more.",
    ),
]
Pred = Annotated[str | None, typer.Option(metavar="COLUMN", help="Call, or predicted quantity.")]
Groups = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="COLUMN", help="Attribute to compare, repeated."),
]
Date = Annotated[str | None, typer.Option(metavar="COLUMN", help="Date or batch of each row.")]
Positive = Annotated[str | None, typer.Option(metavar="VALUE", help="The positive class.")]
Threshold = Annotated[float, typer.Option(help="Probability from which a row is called positive.")]
PolicyName = Annotated[
    str, typer.Option(metavar="NAME|FILE.json", help="Policy of the suite, or one of your own.")
]
Areas = Annotated[
    list[str] | None, typer.Option("--area", help="Part to measure, repeated; by default all.")
]
Seed = Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed of everything drawn at random.")]
Junit = Annotated[
    Path | None, typer.Option(metavar="OUT.xml", help="Write a JUnit report for a build server.")
]
Html = Annotated[Path | None, typer.Option(metavar="OUT.html", help="Write the report as HTML.")]
Pdf = Annotated[Path | None, typer.Option(metavar="OUT.pdf", help="Write the report as PDF.")]

app = group("Trust: what is shown of a model, what is not, and what nobody can know yet.")


@app.command()
def audit(
    source: Source,
    label: Label = None,
    prob: Prob = None,
    pred: Pred = None,
    groups: Groups = None,
    date: Date = None,
    positive: Positive = None,
    threshold: Threshold = 0.5,
    policy: PolicyName = "clinical-strict",
    areas: Areas = None,
    drop_bad: Annotated[
        bool, typer.Option("--drop-bad", help="Leave out rows with unusable cells.")
    ] = False,
    seed: Seed = 0,
    junit: Junit = None,
    html: Html = None,
    pdf: Pdf = None,
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Audit a table of predictions for rows that the model was not trained on.

    Exit status 0: every claim of the policy is shown; 2: one is broken, or the input is refused; 3:
    not enough evidence. With --json the document is printed in all three cases.
    """
    from core.trust import AREAS, judge, read_table

    outputs = _outputs(source, junit, html, pdf)
    rules = _policy(policy)
    read, info = read_table(
        source,
        name=source.name,
        label=label,
        prob=prob,
        pred=pred,
        groups=groups or (),
        date=date,
        positive=positive,
        threshold=threshold,
        drop_bad=drop_bad,
    )
    found = judge(read, policy=rules, areas=areas or AREAS, seed=seed, notes=info.notes)
    _answer(found, outputs, f"Trust audit of {source.name}"[:200], day(issued), as_json)


@app.command()
def model(
    key: Annotated[str, typer.Argument(metavar="KEY", help="One of those that models lists.")],
    policy: PolicyName = "clinical-strict",
    areas: Areas = None,
    seed: Seed = 0,
    junit: Junit = None,
    html: Html = None,
    pdf: Pdf = None,
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Audit a model of the suite on rows held out of its training; exit status as for audit."""
    from core.trust import AREAS, judge
    from pages._shared.models import find

    outputs = _outputs(Path(os.devnull), junit, html, pdf)
    rules, held = _policy(policy), find(key)
    found = judge(held.predictions(), policy=rules, areas=areas or AREAS, seed=seed)
    _answer(found, outputs, f"Trust audit: {held.title}", day(issued), as_json)


@app.command()
def models(as_json: AsJson = False) -> None:
    """List the models of the suite that can be audited."""
    from pages._shared.models import held_out

    found = [
        {"key": one.key, "title": one.title, "n": len(one.y), "data": one.data, "how": one.how}
        for one in held_out()
    ]
    lines = (f"{one['key']}: {one['title']} (n = {one['n']:,})" for one in found)
    print_result({"models": found}, lines, as_json)


@app.command()
def compare(
    source: Source,
    other: Annotated[
        Path | None,
        typer.Argument(metavar="[OTHER]", help="The other model's table, with the same rows."),
    ] = None,
    label: Label = None,
    prob: Prob = None,
    prob_other: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Probability by the other model.")
    ] = None,
    pred: Pred = None,
    pred_other: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Call by the other model.")
    ] = None,
    positive: Positive = None,
    threshold: Threshold = 0.5,
    as_json: AsJson = False,
) -> None:
    """Compare two models on the same rows, in one table or in two."""
    from core.trust import compare as verb

    if other is None and not (prob_other or pred_other):
        message = "Name the other model's column (--prob-other or --pred-other), or give its table."
        raise InputError(message)
    named = bool(prob_other or pred_other)
    columns = (prob_other, pred_other) if named else (prob, pred)
    found = verb(
        _classes(source, label, prob, pred, positive, threshold),
        _classes(other or source, label, *columns, positive, threshold),
    )
    print_result(found.to_dict(), _comparison_lines(found), as_json)


@app.command()
def policies(as_json: AsJson = False) -> None:
    """Print the policies: their claims with demands and limits."""
    from core.trust import DEFAULT_POLICY
    from core.trust import policies as verb

    found = verb()
    result = {"default": DEFAULT_POLICY, "policies": [one.to_dict() for one in found]}
    print_result(result, (line for one in found for line in _policy_lines(one)), as_json)


@app.command()
def checklist(
    source: Source,
    kind: Annotated[str, typer.Option(help="tripod_ai, probast_ai or claim_2024.")] = "tripod_ai",
    study: Annotated[
        str, typer.Option(help="evaluation, development or both; the rest does not apply.")
    ] = "evaluation",
    label: Label = None,
    prob: Prob = None,
    pred: Pred = None,
    groups: Groups = None,
    date: Date = None,
    positive: Positive = None,
    threshold: Threshold = 0.5,
    policy: PolicyName = "clinical-strict",
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Fill a reporting checklist as far as an audit of a table knows; the rest is the author's.

    A count of items judges neither the study nor its report.
    """
    from core.trust import judge, read_table
    from core.trust.checklists import fill

    rules = _policy(policy)
    read, info = read_table(
        source,
        name=source.name,
        label=label,
        prob=prob,
        pred=pred,
        groups=groups or (),
        date=date,
        positive=positive,
        threshold=threshold,
    )
    audited = judge(read, policy=rules, seed=seed, notes=info.notes)
    found = fill(audited.to_dict(), kind, study=study)  # type: ignore[arg-type]  # it checks
    print_result(found.to_dict(), _checklist_lines(found), as_json)


@app.command()
def template(
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where to write it.")],
    as_json: AsJson = False,
) -> None:
    """Write a CSV with example rows, to fill in and audit."""
    from core.trust import template as content

    table = content()
    write(out, table)
    columns = table.split(b"\n", 1)[0].decode("utf-8-sig").strip().split(",")
    result = {"out": str(out), "columns": columns}
    print_result(result, [f"Template with {len(columns)} columns: {out}"], as_json)


@dataclasses.dataclass(frozen=True, slots=True)
class _Outputs:
    """The files to write beside what is printed."""

    junit: Path | None
    html: Path | None
    pdf: Path | None


def _outputs(source: Path, junit: Path | None, html: Path | None, pdf: Path | None) -> _Outputs:
    """Return the files to write, once each can be written beside the source."""
    for out, suffix in ((junit, ".xml"), (html, ".html"), (pdf, ".pdf")):
        if out is not None:
            require_output(out, source, (suffix,))
    return _Outputs(junit, html, pdf)


def _answer(
    found: Audit,
    outputs: _Outputs,
    title: str,
    issued: datetime.date,
    as_json: bool,
) -> None:
    """Write what was asked for, print the audit, and end with the status of its verdict."""
    from core.trust import junit
    from core.trust.export.report import html_report, pdf_report

    wanted: Iterable[tuple[Path | None, Callable[[], bytes]]] = (
        (outputs.junit, lambda: junit(found)),
        (outputs.html, lambda: html_report(found, title=title, issued=issued)),
        (outputs.pdf, lambda: pdf_report(found, title=title, issued=issued)),
    )
    for out, content in [(out, make()) for out, make in wanted if out is not None]:
        write(out, content)
    print_result(found.to_dict(), (found.show(),), as_json)
    status = EXIT_OF[found.verdict.status]
    if status:
        end(found.sentence(), status)


def _policy(name: str) -> Policy:
    """Return a policy of the suite by name, or the one of a JSON file."""
    from core.trust import policies as known
    from core.trust import policy
    from core.trust.policy import from_dict

    if name in {one.name for one in known()} or not name.lower().endswith(".json"):
        return policy(name)
    path = Path(name)
    with path.open("rb") as file:
        data = file.read(MAX_JSON_BYTES + 1)
    if len(data) > MAX_JSON_BYTES:
        raise InputError(f"policy: {path.name} is larger than {MAX_JSON_BYTES} bytes.")
    content = json_input.loads(data, path.name)
    if not isinstance(content, Mapping):
        raise InputError(f"policy: {path.name} is not a JSON object.")
    return from_dict(content)


def _classes(
    source: Path,
    label: str | None,
    prob: list[str] | None,
    pred: str | None,
    positive: str | None,
    threshold: float,
) -> Predictions:
    from core.trust import Predictions, read_table

    read: Predictions | Estimates
    read, _ = read_table(
        source,
        name=source.name,
        label=label,
        prob=prob,
        pred=pred,
        positive=positive,
        threshold=threshold,
    )
    if not isinstance(read, Predictions):
        raise InputError(f"{source.name}: holds quantities. Compare predictions of classes.")
    return read


def _comparison_lines(found: Comparison) -> Iterable[str]:
    yield f"n = {found.n:,}; both models call {found.agree:.1%} of the rows the same."
    for one in found.differences:
        yield f"{one.measure}: {_numbers(one.first, one.second)}; {_gap(one.gap, one.better)}"


def _numbers(first: float, second: float) -> str:
    return f"first {first:.4f}, second {second:.4f}"


def _gap(gap: Any, better: str) -> str:
    if gap.to_dict()["low"] is None:
        return f"not compared: {gap.method}."
    verdict = better if better == "not enough data" else f"the {better} is better"
    return f"difference {gap.text(4)}: {verdict}."


def _checklist_lines(found: Checklist) -> Iterable[str]:
    yield found.sentence()
    for item in found.items:
        said = " ".join(part for part in (item.answer, item.author) if part)
        yield f"  {item.number:6} {item.status:20} {item.topic}{': ' if said else ''}{said}"


def _policy_lines(policy: Policy) -> Iterable[str]:
    yield f"{policy.name} {policy.version}: {policy.purpose}"
    for name, rule in policy.rules.items():
        limits = ", ".join(f"{limit} {value}" for limit, value in rule.limits.items())
        yield f"    {name} ({rule.demand}) {limits}".rstrip()
