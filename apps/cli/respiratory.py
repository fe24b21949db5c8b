"""Chest X-rays on the command line: read films, explain a reading, see what was learned."""

from __future__ import annotations

import contextlib
import datetime
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.cli.respiratory_films import progress
from apps.cli.spoken import (
    EXIT_REFUSED,
    WIPE,
    AsJson,
    Issued,
    day,
    end,
    group,
    print_result,
    require_output,
    writing,
)
from apps.cli.spoken import report as write_report
from apps.cli.training import torch_room
from core.errors import InputError

if TYPE_CHECKING:
    from core.respiratory.prepare import Recipe

MAX_SEED = 999_999
TRAINED = Path("var") / "models" / "respiratory" / "1"
WHEELS = Path("var") / "wheels"
INTENDED = "Trained to separate public collections; not a diagnostic."

Image = Annotated[Path, typer.Argument(metavar="IMAGE", help="PNG, JPEG or DICOM file.")]
Model = Annotated[
    str, typer.Option(metavar="vgg16|vit|cnn|ensemble", help="Network that is asked.")
]

app = group(
    "Chest X-rays: trained to separate public collections, and honest about it; not a diagnostic."
)


@app.command()
def predict(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="Images, folders, zip archives.")
    ],
    model: Model = "ensemble",
    csv: Annotated[
        Path | None, typer.Option(metavar="OUT.csv", help="Write the readings as a table too.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read films: one record for each image, in the order given.

    A film that may not be judged is "refused", a file that cannot be read is an "error"; both say
    why, and the rest is read. Exit status 0: at least one image was decoded; 2: none was. With
    --json the list of records is printed in both cases.
    """
    from apps.cli.respiratory_lines import of_reading
    from core.respiratory.films import films
    from core.respiratory.predict import readings
    from core.respiratory.table import write_csv

    if csv is not None:
        for path in images:
            require_output(csv, path, (".csv",))
    found = []
    out = writing(csv) if csv else contextlib.nullcontext()
    with out as file, progress(shown=not as_json) as tell:
        for reading in readings(films(images), model, on_progress=tell):
            found.append(reading)
            if not as_json:
                typer.echo("\n".join(of_reading(reading)))
        if file is not None:
            write_csv(found, file)
    if as_json:
        typer.echo(json.dumps([one.to_dict() for one in found], indent=1, allow_nan=False))
    else:
        typer.echo(INTENDED)
    if all(one.status == "error" for one in found):
        end(f"None of {len(found)} files could be read as an image.", EXIT_REFUSED)


@app.command()
def batch(
    images: Annotated[
        list[Path], typer.Argument(metavar="IMAGE", help="Images, folders, zip archives.")
    ],
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder for finished parts and the tables.")
    ],
    model: Model = "ensemble",
    workers: Annotated[
        int, typer.Option(min=0, max=64, help="Worker processes; 0 reads in this one.")
    ] = 0,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://HOST:PORT", help="Dask scheduler whose workers read."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read thousands of films into OUT: readings.csv, rejects.csv with reasons, report.json.

    What is finished is kept: run the same command again to go on after an interruption. Exit
    status 0: at least one image was decoded; 2: none was.
    """
    from apps.cli.respiratory_lines import of_batch
    from core.respiratory.bulk import batch as verb

    def tell(done: int, of: int | None) -> None:
        typer.echo(f"{WIPE}{done} of {of} parts", err=True, nl=False)

    told = tell if sys.stderr.isatty() and not as_json else None
    found = verb(images, out, model, workers=workers, scheduler=scheduler, on_progress=told)
    if told is not None:
        typer.echo(WIPE, err=True, nl=False)
    print_result({**found, "out": str(out)}, [*of_batch(found, out), INTENDED], as_json)
    if found["films"] == found["not_readable"]:
        end(f"None of {found['films']} files could be read as an image.", EXIT_REFUSED)


@app.command()
def explain(
    image: Image,
    model: Model = "ensemble",
    label: Annotated[
        str | None,
        typer.Option(metavar="FINDING", help="Finding to explain; by default the likeliest."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, help="Seed of everything drawn at random.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Say which parts of a film the answer rests on, and test that by hiding them."""
    from apps.cli.respiratory_lines import of_explanation
    from core.respiratory.explain import explain as verb
    from core.respiratory.films import called

    found = verb(called(image), _content(image), model, label=label, seed=seed)
    print_result(found.to_dict(), of_explanation(found), as_json)


@app.command()
def report(
    image: Image,
    out: Annotated[Path, typer.Argument(metavar="OUT.pdf", help="Where to write it.")],
    model: Model = "ensemble",
    issued: Issued = None,
    as_json: AsJson = False,
) -> None:
    """Write the reading of a film as PDF: film, reasons, doubts, figures, provenance."""
    from core.respiratory.films import called
    from core.respiratory.report import film_report

    write_report(
        out,
        image,
        lambda: film_report(called(image), _content(image), model, issued=day(issued)),
        as_json,
    )


@app.command()
def gate(image: Image, as_json: AsJson = False) -> None:
    """Say whether a picture is a frontal chest film that the networks may judge.

    Exit status 0: it is; 2: it is refused, with the reasons, or cannot be read.
    """
    from apps.cli.respiratory_lines import of_gate
    from core import plain
    from core.respiratory import judge, read_image
    from core.respiratory.films import called

    found = judge(read_image(called(image), _content(image)))
    said = {"refused": found.refused, "reason": found.reason, "warnings": list(found.warnings)}
    print_result({**plain.plain(found), **said}, of_gate(found, called(image)), as_json)
    if found.refused:
        end(found.reason, EXIT_REFUSED)


@app.command()
def claim(as_json: AsJson = False) -> None:
    """Print the reporting checklist CLAIM 2024, item by item, with what is done of it and where."""
    from apps.cli.respiratory_lines import of_claim
    from core import plain
    from core.respiratory import claim as verb

    found = verb()
    print_result({"items": plain.plain(found)}, of_claim(found), as_json)


@app.command()
def audit(as_json: AsJson = False) -> None:
    """Print the shortcut audit: how much of the figures is the hospital, not the disease."""
    from apps.cli.respiratory_lines import of_audit
    from core.respiratory.audit import shortcut_audit

    found = shortcut_audit()
    print_result(found.to_dict(), of_audit(found), as_json)


@app.command()
def card(as_json: AsJson = False) -> None:
    """Print the model card: how good the networks are, on which films, and how measured."""
    from core.respiratory.about import card as verb
    from core.respiratory.about import card_markdown

    print_result(verb(), () if as_json else (card_markdown(),), as_json)


@app.command()
def train(
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Films with their metadata.csv; by default those shared."),
    ] = None,
    wheels: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder with the wheels of the pretrained trunks.")
    ] = WHEELS,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the networks.")] = TRAINED,
    recipe: Annotated[
        str | None,
        typer.Option(help="What is done to films against shortcuts; by default as shipped."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each network.")] = 3,
    created: Annotated[
        datetime.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Declared date; by default today."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the networks again; this alone needs torch (requirements-train.txt)."""
    with torch_room():
        from core.respiratory.training.collection import SHARED
        from core.respiratory.training.train import train as verb
    verb(
        out,
        data=data or SHARED,
        wheels=wheels,
        recipe=_recipe(recipe),
        seeds=seeds,
        created=day(created),
        on_progress=lambda share, text: typer.echo(f"{share:4.0%} {text}", err=True),
    )
    made = sorted(path.name for path in out.iterdir() if path.is_file())
    print_result({"out": str(out), "files": made}, [f"{out}: {', '.join(made)}"], as_json)


@app.command()
def train_own(
    network: Annotated[str, typer.Argument(metavar="NETWORK", help="vgg16_full or vit_b_16.")],
    data: Annotated[Path, typer.Option(metavar="DIR", help="Your films with their metadata.csv.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for weights and figures.")],
    weights: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.safetensors", help="Weights to start from, torchvision's names."
        ),
    ] = None,
    recipe: Annotated[
        str | None,
        typer.Option(help="What is done to films against shortcuts; by default as shipped."),
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training films.")] = 10,
    rate: Annotated[float, typer.Option(min=0.0, help="Largest learning rate.")] = 1e-4,
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, help="Seed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a full VGG16 or ViT-B/16 on your own films and weights, on a GPU where there is one."""
    with torch_room():
        from core.respiratory.training.own import Order
        from core.respiratory.training.own import train_own as verb
    order = Order(network, _recipe(recipe), weights, epochs, rate, seed)
    found = verb(order, out, data=data, tell=lambda text: typer.echo(text, err=True))
    accuracy = found["test_accuracy"]
    said = (
        f"{out}: {network} on {found['device']}, accuracy on {accuracy['n']} test films "
        f"{accuracy['estimate']:.3f} [{accuracy['low']:.3f}, {accuracy['high']:.3f}]"
    )
    print_result(found, [said], as_json)


def _recipe(name: str | None) -> Recipe:
    from core.respiratory.prepare import Recipe
    from core.respiratory.runtime import intake
    from core.respiratory.schema import Network

    if name is None:
        return intake(Network.CNN).recipe
    try:
        return Recipe(name)
    except ValueError:
        names = ", ".join(Recipe)
        raise InputError(f"recipe: {name!r} is not known. Use one of: {names}.") from None


def _content(image: Path) -> bytes:
    from core.respiratory.films import film

    content = film(image)
    if isinstance(content, InputError):
        raise content
    return content
