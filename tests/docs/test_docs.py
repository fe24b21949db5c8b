"""What a user can reach is written down: pages, routes, commands, fields, settings, figures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from apps.api import api
from apps.cli import app as cli
from core.apple_sales.schema import DEMO, SALES
from core.breast_cancer.schema import FEATURES
from core.cardiosense import DIAGNOSTIC, PREVENTION
from core.runtime.settings import VARIABLES
from pages._shared.registry import PAGES

ROOT = Path(__file__).resolve().parents[2]
DOCS = "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "docs").glob("*.md")))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MARKDOWN = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("definition", PAGES, ids=lambda d: d.slug or "home")
def test_every_page_is_documented(definition):
    assert f"`/{definition.slug}`" in DOCS
    assert definition.title in DOCS


@pytest.mark.parametrize("path", sorted(api.openapi()["paths"]))
def test_every_route_is_documented(path):
    methods = [m.upper() for m in api.openapi()["paths"][path]]
    for method in methods:
        assert f"`{method} {path}`" in DOCS


def commands():
    group = typer.main.get_command(cli)
    return [
        f"{system} {verb}"
        for system, commands in group.commands.items()
        for verb in commands.commands
    ]


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command):
    assert f"python -m apps.cli {command}" in DOCS


@pytest.mark.parametrize(
    "fields",
    [DIAGNOSTIC, PREVENTION, FEATURES, DEMO.numbers, SALES.numbers],
    ids=["diagnostic", "prevention", "breast-cancer", "apple-demo", "apple-sales"],
)
def test_every_field_is_documented_as_it_is(fields):
    for row in fields.dictionary():
        cells = " | ".join(
            row[name] for name in ("label", "unit", "permitted", "required", "meaning")
        )
        assert f"| `{row['name']}` | {cells} |" in DOCS


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_setting_is_documented(variable):
    assert f"`{variable}`" in DOCS


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: p.name)
def test_links_inside_the_repository_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / target).exists(), target


def test_every_benchmark_is_named_where_its_figures_stand():
    for script in (ROOT / "benchmarks").glob("*.py"):
        if "def main" in script.read_text(encoding="utf-8"):
            assert f"benchmarks.{script.stem}" in DOCS + README, script.name


def test_readme_names_the_two_commands():
    assert "make run" in README
    assert "make test" in README


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda p: p.name)
def test_every_named_path_is_there(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:apps|pages|core|models|tests|benchmarks|data|docs)/[\w./-]*)`", text)
    assert not [name for name in named if not (ROOT / name).exists()]
