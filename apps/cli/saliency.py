"""Saliency on the command line: make a map and test it, run the benchmark, read what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.spoken import EXIT_NOT_ENOUGH, AsJson, group, print_result, write
from apps.cli.training import torch_room
from core.errors import InputError

if TYPE_CHECKING:
    from core.saliency import Classifier, Scale, Subject

MAX_SEED = 999_999
TRAINED = Path("var") / "models" / "saliency" / "1"
TRAININGS = Path("var") / "saliency-trainings"
BENCHMARK = Path("var") / "saliency-benchmark"

FILMS_NETWORK, PHANTOMS_NETWORK = "cnn", "cnn-confounded-0"

app = group("Maps of why a network answers, put to the network before they are believed.")


@app.command()
def explain(
    image: Annotated[
        Path | None,
        typer.Argument(metavar="IMAGE", help="PNG, JPEG or DICOM file; none with --phantom."),
    ] = None,
    phantom: Annotated[
        int | None,
        typer.Option(metavar="SEED", min=0, max=MAX_SEED, help="Draw this phantom instead."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="vgg16, vit, cnn, or a network trained on phantoms (cnn-decoy-0)."),
    ] = None,
    method: Annotated[str, typer.Option(help="See `saliency methods`.")] = "gradcam++",
    onnx: Annotated[
        Path | None, typer.Option(metavar="FILE.onnx", help="Your own classifier instead.")
    ] = None,
    size: Annotated[int | None, typer.Option(help="Side of its input, if it is open.")] = None,
    scale: Annotated[
        str, typer.Option(metavar="unit|signed|bytes|imagenet", help="Values your network takes.")
    ] = "unit",
    label: Annotated[
        str | None, typer.Option(metavar="CLASS", help="By default the likeliest.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="By default the last.")] = None,
    samples: Annotated[int | None, typer.Option(min=1, help="Evaluations of the method.")] = None,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Of everything random.")] = 0,
    test: Annotated[bool, typer.Option(help="Whether the map is put to the network.")] = True,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for map, figure and numbers.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a map of one image and say whether the network needs what it shows.

    Of a phantom the causes of the answer are known, and the map is held against them.

    Exit status 0: there is a map; 2: there is none, with the reason; 3: not enough evidence.
    """
    from apps.cli.saliency_lines import of_explanation
    from core.saliency import Options, Outcome
    from core.saliency import explain as verb
    from core.saliency.save import files

    if (image is None) == (phantom is None):
        raise InputError("IMAGE: give an image or --phantom SEED, one of the two.")
    if image is not None:
        subject = _subject(image, model or FILMS_NETWORK, onnx, size, scale)
    else:
        subject = _phantom(phantom or 0, model or PHANTOMS_NETWORK, onnx)
    found = verb(subject, method, label, Options(layer, seed, samples), tested=test)
    record = found.to_dict()
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, saved in files(found).items():
            write(out / name, saved)
        record["out"] = str(out)
    print_result(record, of_explanation(found), as_json)
    if test and found.verdict.outcome is Outcome.UNKNOWN:
        raise typer.Exit(EXIT_NOT_ENOUGH)


@app.command()
def methods(
    model: Annotated[
        str | None, typer.Option(help="Say also which of them this network allows.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the methods: what each does, who proposed it, what to beware of."""
    from core import plain
    from core.saliency import METHODS, why_not

    network = None if model is None else _network(model)
    rows = [
        {**plain.plain(one), "refused": why_not(network, key) if network else ""}
        for key, one in METHODS.items()
    ]
    lines = [f"{row['key']:22} {row['refused'] or row['summary']}" for row in rows]
    print_result({"methods": rows}, lines, as_json)


@app.command()
def metrics(as_json: AsJson = False) -> None:
    """List the figures about a map: formula, range, which way is better, when there is none."""
    from core import plain
    from core.saliency import METRICS

    rows = [dict(plain.plain(one)) for one in METRICS.values()]
    lines = [f"{row['key']:26} {row['formula']} ({row['direction']})" for row in rows]
    print_result({"metrics": rows}, lines, as_json)


@app.command()
def benchmark(
    profile: Annotated[str, typer.Option(help="quick, phantoms or films.")] = "quick",
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for finished units and the table.")
    ] = BENCHMARK,
    films: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of films, for the profile films.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Worker processes; 0 measures in this one.")
    ] = 2,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Dask scheduler whose workers measure."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure methods x networks x figures over many images into one table.

    What is finished is kept: run the same command again to go on after an interruption.
    """
    from core.saliency.benchmark.profiles import plan_of
    from core.saliency.benchmark.run import run

    def tell(done: int, of: int) -> None:
        typer.echo(f"\r{done} of {of} units", err=True, nl=False)

    plan = plan_of(profile, films)
    told = None if as_json else tell
    path = run(plan, out, workers, told, films=films, scheduler=scheduler)
    result = {"table": str(path), "plan": plan.digest, "images": len(plan.images)}
    print_result(result, [f"\n{path}: {len(plan.images)} images, plan {plan.digest}"], as_json)


@app.command()
def leaderboard(
    table: Annotated[
        Path | None,
        typer.Argument(metavar="TABLE.parquet", help="By default the one of the suite."),
    ] = None,
    network: Annotated[str, typer.Option(help="One of the table.")] = "cnn-confounded-0",
    metric: Annotated[str, typer.Option(help="See `saliency metrics`.")] = "abpc",
    fill: Annotated[str, typer.Option(help="What removed pixels became.")] = "inpaint",
    as_json: AsJson = False,
) -> None:
    """Rank the methods by one figure, with intervals, tests and effect sizes."""
    from apps.cli.saliency_lines import of_leaderboard
    from core.saliency import benchmark_table
    from core.saliency import leaderboard as verb
    from core.saliency.benchmark import read_table

    rows = benchmark_table() if table is None else read_table(table)
    found = verb(rows, metric, fill=fill, network=network)
    print_result(found.to_dict(), of_leaderboard(found), as_json)


@app.command()
def paradox(as_json: AsJson = False) -> None:
    """Print the measured paradox: maps that look right over networks that look elsewhere."""
    from apps.cli.saliency_lines import of_paradox
    from core.saliency import stored_paradox

    found = stored_paradox()
    print_result(found.to_dict(), of_paradox(found), as_json)


@app.command()
def train(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for the exported files.")
    ] = TRAINED,
    work: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder for finished trainings; they are kept.")
    ] = TRAININGS,
    only: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Networks to train; by default all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the networks on phantoms again; this alone needs torch (requirements-train.txt)."""
    with torch_room():
        from core.saliency.training.grid import keys, train_all
        from core.saliency.training.phantoms_export import export
    wanted = only or list(keys())
    work.mkdir(parents=True, exist_ok=True)
    train_all(work, wanted, lambda key, s: typer.echo(f"{key} trained in {s:.0f} s", err=True))
    made = export(work, out, wanted)["networks"]
    print_result({"out": str(out), "networks": made}, [f"{out}: {', '.join(made)}"], as_json)


def _phantom(seed: int, model: str, onnx: Path | None) -> Subject:
    from core.saliency import phantom, phantom_subject, phantoms, scene

    if onnx is not None:
        raise InputError("--onnx: phantoms are for the networks trained on them. Give an image.")
    if model not in phantoms():
        known = ", ".join(phantoms())
        raise InputError(f"model: {model!r} was not trained on phantoms. Use one of: {known}.")
    network = phantom(model)
    return phantom_subject(scene(seed, str(phantoms()[model]["regime"]), network.size), network)


def _subject(image: Path, model: str, onnx: Path | None, size: int | None, scale: str) -> Subject:
    from core.respiratory.films import called
    from core.saliency import NETWORKS, film_subject, own, picture_subject

    name, content = called(image), _content(image)
    if onnx is not None:
        network = own(called(onnx), _content(onnx), size=size, scale=_scale(scale))
        return picture_subject(name, content, network)
    if model in NETWORKS:
        return film_subject(name, content, model)
    return picture_subject(name, content, _network(model))


def _content(path: Path) -> bytes:
    from core.respiratory.films import film

    content = film(path)
    if isinstance(content, InputError):
        raise content
    return content


def _scale(name: str) -> Scale:
    from core.saliency import Scale

    known = {one.name.lower(): one for one in Scale}
    if name not in known:
        raise InputError(f"scale: {name!r} is not known. Use one of: {', '.join(known)}.")
    return known[name]


def _network(key: str) -> Classifier:
    from core.saliency import NETWORKS, phantom, phantoms, shipped

    if key in NETWORKS:
        return shipped(key)
    if key in phantoms():
        return phantom(key)
    known = ", ".join((*NETWORKS, *phantoms()))
    raise InputError(f"model: there is no network {key!r}. Use one of: {known}.")
