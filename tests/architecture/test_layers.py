"""The house keeps its shape: who may import whom, how large a room may grow."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(
    p for top in ("core", "apps", "pages", "benchmarks") for p in ROOT.glob(f"{top}/**/*.py")
)
SYSTEMS = {p.name for p in (ROOT / "core").iterdir() if (p / "schema.py").exists()}
FORBIDDEN = {
    "core": {"streamlit", "fastapi", "starlette", "uvicorn", "typer", "torch", "pages", "apps"},
    "pages": {"apps", "fastapi", "starlette", "uvicorn", "typer", "torch", "benchmarks"},
    "apps": {"torch", "benchmarks"},
    "benchmarks": {"torch"},
}
# Networks are trained here, with requirements-train.txt; nothing imports this room at start-up.
TRAINING = tuple(ROOT / "core" / system / "training" for system in ("respiratory", "saliency"))
# The explorer explains the networks of the classifier, and the articles check what they derive on
# the actual plan and model, each through public verbs.
MAY_READ = {
    "saliency": {"core.respiratory"},
    "foundations": {"core.apple_sales", "core.cardiosense"},
}
UNSAFE = {"pickle", "joblib", "dill", "cloudpickle", "shelve", "marshal"}
MAX_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_PAGE_LINES = 150


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def in_training(path: Path) -> bool:
    return any(room in path.parents for room in TRAINING)


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_imports_follow_the_floor_plan(path):
    top = path.relative_to(ROOT).parts[0]
    roots = {name.split(".")[0] for name in imported(tree_of(path))}
    allowed = {"torch"} if in_training(path) else set()
    assert not roots & (FORBIDDEN[top] - allowed)
    assert not roots & UNSAFE


@pytest.mark.parametrize(
    "path", [p for p in CODE if p.relative_to(ROOT).parts[0] == "core"], ids=relative
)
def test_systems_do_not_import_each_other_and_the_kernel_imports_none(path):
    room = path.relative_to(ROOT).parts[1]
    others = {f"core.{system}" for system in SYSTEMS if system != room}
    reached = {".".join(name.split(".")[:2]) for name in imported(tree_of(path))}
    assert not (reached & others) - MAY_READ.get(room, set())


@pytest.mark.parametrize(("room", "read"), sorted(MAY_READ.items()))
def test_a_system_reads_another_by_its_public_verbs_only(room, read):
    for path in (ROOT / "core" / room).rglob("*.py"):
        for node in ast.walk(tree_of(path)):
            deeper = isinstance(node, ast.ImportFrom) and node.module is not None
            if deeper and any(str(node.module).startswith(f"{system}.") for system in read):
                assert in_training(path), f"{relative(path)} reaches into {node.module}"


def test_pages_use_only_the_public_verbs_of_a_system():
    for path in CODE:
        if path.relative_to(ROOT).parts[0] != "pages":
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = node.module.split(".")
                inside = parts[0] == "core" and len(parts) > 2 and parts[1] in SYSTEMS
                assert not inside, f"{relative(path)} reaches into {node.module}"


@pytest.mark.parametrize("path", CODE, ids=relative)
def test_rooms_stay_small(path):
    text = path.read_text(encoding="utf-8")
    is_page = path.relative_to(ROOT).parts[0] == "pages"
    assert text.count("\n") <= (MAX_PAGE_LINES if is_page else MAX_LINES)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"


@pytest.mark.parametrize(
    "path",
    [p for p in CODE if not in_training(p) and ROOT / "benchmarks" not in p.parents],
    ids=relative,
)
def test_the_training_of_networks_is_imported_by_a_verb_only(path):
    top_level = [node for node in tree_of(path).body if not isinstance(node, ast.FunctionDef)]
    reached = {name for node in top_level for name in imported(node)}
    assert not {name for name in reached if re.match(r"core\.\w+\.training", name)}


def test_there_are_systems_to_check():
    assert "cardiosense" in SYSTEMS


def typed_figure(node: ast.expr | None) -> bool:
    """Say whether an expression is a figure typed in: a digit, and nothing it is computed from."""
    if node is None or any(isinstance(part, ast.Name | ast.Call) for part in ast.walk(node)):
        return False
    return re.match(r"f?['\"]?[+\-\u2212$<]?\s*\d", ast.unparse(node)) is not None


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("'12 ms'", True),
        ("'+2.4%'", True),
        ("95", True),
        ("f'{p}'", False),
        ("'not known'", False),
        ("'Ratio (1 is right)'", False),
        ("None", False),
    ],
)
def test_what_counts_as_a_figure_typed_in(text, typed):
    assert typed_figure(ast.parse(text, mode="eval").body) is typed


def test_no_figure_on_a_page_is_typed_in():
    seen = 0
    for path in CODE:
        if path.relative_to(ROOT).parts[0] != "pages":
            continue
        for node in ast.walk(tree_of(path)):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not called or node.func.attr != "metric":
                continue
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            shown = [*node.args[1:3], given.get("value"), given.get("delta")]
            typed = [one for one in shown if typed_figure(one)]
            assert not typed, f"{relative(path)}:{node.lineno} types {ast.unparse(typed[0])}"
            seen += 1
    assert seen > 20
