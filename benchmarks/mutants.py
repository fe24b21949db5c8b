"""Formulas with one sign, operator or constant changed, and whether a statement notices."""

from __future__ import annotations
import __future__

import ast
import contextlib
import copy
import dataclasses
import inspect
import signal
import sys
import textwrap
import types
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.foundations import SEED, Statement, Topic, verify

SECONDS = 10.0
"""A changed formula may loop for ever; a check that takes longer has noticed."""

SLIGHTLY = 1.01
"""A result or a constant off by one per cent must be seen."""

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}
OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """A function with one change.

    Attributes
    ----------
    function : function
        The formula.
    change : str
        What was changed, with its line in the function.
    code : code
        The changed body.
    """

    function: types.FunctionType
    change: str
    code: types.CodeType


def formulas(topic: Topic) -> list[types.FunctionType]:
    """Return the functions of an article's formula modules, in the order of the source."""
    package = f"core.foundations.{topic.key.replace('-', '_')}."
    modules = [
        module
        for name, module in sorted(sys.modules.items())
        if name.startswith(f"{package}formulas")
    ]
    return [
        function
        for module in modules
        for function in vars(module).values()
        if inspect.isfunction(function) and function.__module__ == module.__name__
    ]


def readers(topic: Topic) -> dict[types.CodeType, list[str]]:
    """Return which statements call which function, as found by running every check once."""
    found: dict[types.CodeType, list[str]] = {}
    for one in topic.statements:
        seen: set[types.CodeType] = set()

        def note(frame: types.FrameType, event: str, _: Any, seen: Any = seen) -> None:
            if event == "call":
                seen.add(frame.f_code)

        sys.setprofile(note)
        try:
            verify(ids=[one.id])
        finally:
            sys.setprofile(None)
        for code in seen:
            found.setdefault(code, []).append(one.id)
    return found


def changed(function: types.FunctionType, old: str, new: str) -> Mutant:
    """Return a formula with a piece of its source replaced.

    Raises
    ------
    ValueError
        If the piece does not occur exactly once.
    """
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(old) != 1:
        raise ValueError(f"{function.__name__} holds {old!r} {source.count(old)} times.")
    code = _code(function, ast.parse(source.replace(old, new)))
    return Mutant(function, f"{old} to {new}", code)


def every(function: types.FunctionType) -> Iterator[Mutant]:
    """Return a formula with each operator, sign, constant and result changed in turn."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for place, node in enumerate(_body(tree)):
        copied = copy.deepcopy(tree)
        change = _change(_body(copied)[place])
        if change:
            line = getattr(node, "lineno", 0)
            yield Mutant(function, f"line {line}: {change}", _code(function, copied))


def sizes(topic: Topic) -> dict[types.CodeType, dict[str, set[int]]]:
    """Return which whole numbers the formulas of an article are given, by argument.

    ``x#`` is the length of the argument ``x``.
    """
    wanted = {function.__code__ for function in formulas(topic)}
    found: dict[types.CodeType, dict[str, set[int]]] = {}

    def note(frame: types.FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event != "call" or code not in wanted:
            return
        for name in code.co_varnames[: code.co_argcount]:
            value = frame.f_locals[name]
            own = found.setdefault(code, {})
            if isinstance(value, int | np.integer):
                own.setdefault(name, set()).add(int(value))
            elif hasattr(value, "__len__") and np.ndim(value):
                own.setdefault(f"{name}#", set()).add(len(value))

    sys.setprofile(note)
    try:
        verify(topic.key)
    finally:
        sys.setprofile(None)
    return found


def typed_in(function: types.FunctionType, name: str, value: int) -> Mutant | None:
    """Return a formula with a size typed in as a number; ``None`` where it does not use it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    typing = _Typing(name, value)
    definition.body = [typing.visit(part) for part in definition.body]
    if not typing.done:
        return None
    return Mutant(function, f"{name} typed in as {value}", _code(function, tree))


class _Typing(ast.NodeTransformer):
    """Replaces an argument, or its length, by a number."""

    def __init__(self, name: str, value: int) -> None:
        self.name, self.value, self.done = name, value, False

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == self.name and isinstance(node.ctx, ast.Load):
            self.done = True
            return ast.Constant(self.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if ast.unparse(node) == f"len({self.name.removesuffix('#')})" and "#" in self.name:
            self.done = True
            return ast.Constant(self.value)
        return node


def noticed(mutant: Mutant, statements: Sequence[str], seed: int = SEED) -> str | None:
    """Return the first statement that turns red when the formula is changed, if any does."""
    original = mutant.function.__code__
    mutant.function.__code__ = mutant.code
    try:
        for number in statements:
            with _limited():
                if not verify(ids=[number], seed=seed).rows[0].passed:
                    return number
    finally:
        mutant.function.__code__ = original
    return None


def ids(statements: Sequence[Statement]) -> list[str]:
    """Return the numbers of statements."""
    return [one.id for one in statements]


def _body(tree: ast.Module) -> list[ast.AST]:
    """Return the nodes of a function that may be changed.

    Arguments stay, because defaults are not in the code. So do the results of functions inside: a
    root finder, for one, is not misled by a multiple.
    """
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    nodes = [node for part in definition.body for node in ast.walk(part)]
    inside = [one for node in nodes if isinstance(node, ast.FunctionDef) for one in ast.walk(node)]
    kept = {id(one) for one in inside if isinstance(one, ast.Return)}
    return [node for node in nodes if id(node) not in kept]


def _change(node: ast.AST) -> str:
    """Change a node in place and say how; nothing where it holds nothing to change."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in OPERATORS:
        old, new = type(node.op), OPERATORS[type(node.op)]
        node.op = new()
        return f"{old.__name__} to {new.__name__}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
        return "minus to plus"
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in OPPOSITE:
        old_op = type(node.ops[0])
        node.ops = [OPPOSITE[old_op]()]
        return f"{old_op.__name__} to {OPPOSITE[old_op].__name__}"
    if isinstance(node, ast.Constant):
        return _other_number(node)
    if isinstance(node, ast.Return) and isinstance(node.value, ast.expr):
        node.value = ast.BinOp(ast.Constant(SLIGHTLY), ast.Mult(), node.value)
        return f"result times {SLIGHTLY:g}"
    return ""


def _other_number(node: ast.Constant) -> str:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    node.value = other = value + 1 if isinstance(value, int) else (SLIGHTLY * value or 1.0)
    return f"{value:g} to {other:g}"


def _code(function: types.FunctionType, tree: ast.Module) -> types.CodeType:
    ast.fix_missing_locations(tree)
    flags = __future__.annotations.compiler_flag
    compiled = compile(tree, f"<{function.__name__} changed>", "exec", flags, dont_inherit=True)
    # A module's code holds that of its functions: nothing has to be run to get at it.
    parts = [part for part in compiled.co_consts if isinstance(part, types.CodeType)]
    return next(part for part in parts if part.co_name == function.__name__)


@contextlib.contextmanager
def _limited() -> Iterator[None]:
    def late(_: int, __: types.FrameType | None) -> None:
        raise TimeoutError(f"The check took more than {SECONDS:g} s.")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
