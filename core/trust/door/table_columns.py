"""Which columns of a file of predictions hold what: said by the user, or by obvious names."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from core.errors import InputError, Problem
from core.tables import name_list
from core.tables.limits import plain_name, refusal
from core.trust.door.classes import PREFIXES

_NAMES = {
    "label": ("y", "label", "outcome", "ytrue", "target", "truth", "groundtruth", "observed"),
    "prob": ("p", "prob", "proba", "probability", "yprob", "yproba", "score"),
    "pred": ("pred", "prediction", "predicted", "ypred", "call"),
    "date": ("date", "batch", "month", "timestamp"),
}
_WORDS = {
    "label": "outcome",
    "prob": "probability",
    "pred": "prediction",
    "date": "date or batch",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ColumnGuess:
    """What the names of columns say beyond doubt.

    Attributes
    ----------
    label, pred, date : str or None
        Column of the outcome, of the call or predicted quantity, and of the date or batch.
    prob : tuple of str
        Column of the probability, or one for each class; empty if no name says so.
    ambiguous : tuple of (str, tuple of str)
        What several columns claim to be, and these columns.
    """

    label: str | None
    prob: tuple[str, ...]
    pred: str | None
    date: str | None
    ambiguous: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Roles:
    """The columns that are read.

    Attributes
    ----------
    label : str
        Outcome.
    prob : tuple of str
        Probabilities; empty if there are only calls.
    pred : str or None
        Calls, or predicted quantities.
    groups : tuple of str
        Attributes.
    date : str or None
        Date or batch.
    guessed : tuple of str
        Which of ``"label"``, ``"prob"`` and ``"pred"`` the names of the columns told.
    """

    label: str
    prob: tuple[str, ...]
    pred: str | None
    groups: tuple[str, ...]
    date: str | None
    guessed: tuple[str, ...]


def guess_columns(columns: Sequence[str]) -> ColumnGuess:
    """Tell the columns of a file of predictions by their names, where these are obvious.

    Case, spaces, hyphens and underscores do not count; ``p_benign, p_malignant`` are probabilities
    of two classes.

    Parameters
    ----------
    columns : sequence of str
        Column names of the file.
    """
    prefixed = tuple(c for c in columns if _is_prefixed(c) and plain_name(c) != "pvalue")
    # prob_a is the probability of a class "a", not another spelling of "proba".
    found = {
        role: tuple(c for c in columns if plain_name(c) in names and c not in prefixed)
        for role, names in _NAMES.items()
    }
    prob = found["prob"] or prefixed
    several = {role: claims for role, claims in found.items() if len(claims) > 1}
    one = {role: claims[0] if len(claims) == 1 else None for role, claims in found.items()}
    return ColumnGuess(
        one["label"],
        () if "prob" in several else prob,
        one["pred"],
        one["date"],
        tuple(several.items()),
    )


def find_roles(
    columns: Sequence[str],
    *,
    label: str | None,
    prob: str | Sequence[str] | None,
    pred: str | None,
    groups: Sequence[str],
    date: str | None,
) -> Roles:
    """Find the columns that the user named, and by obvious names those that were left out.

    Raises
    ------
    InputError
        If a column does not exist, is used twice, or no name tells: the text lists the columns.
    """
    guess = guess_columns(columns)
    guessed = []
    if label is None:
        label = _told("label", guess.label, guess, columns)
        guessed.append("label")
    named = () if prob is None else ((prob,) if isinstance(prob, str) else tuple(prob))
    if not named and pred is None:
        named, pred = guess.prob, guess.pred if not guess.prob else None
        guessed.append("prob" if named else "pred")
        if not named and pred is None:
            _told("prob", None, guess, columns)
    wanted = (groups,) if isinstance(groups, str) else groups
    roles = Roles(
        _existing(label, columns),
        tuple(_existing(name, columns) for name in named),
        None if pred is None else _existing(pred, columns),
        tuple(dict.fromkeys(_existing(name, columns) for name in wanted)),
        None if date is None else _existing(date, columns),
        tuple(guessed),
    )
    _refuse_double_use(roles)
    return roles


def _is_prefixed(column: str) -> bool:
    return any(
        column.lower().startswith(prefix) and len(column) > len(prefix) for prefix in PREFIXES
    )


def _told(role: str, column: str | None, guess: ColumnGuess, columns: Sequence[str]) -> str:
    if column is not None:
        return column
    claims = dict(guess.ambiguous).get(role, ())
    message = f"No column is obviously the {_WORDS[role]}."
    if claims:
        message = f"More than one column may be the {_WORDS[role]}: {name_list(claims)}."
    fix = f"Say which one it is ({role}=). The file has the columns {name_list(columns)}."
    raise refusal("unknown-column", message, fix, column=role)


def _existing(name: str, columns: Sequence[str]) -> str:
    if name in columns:
        return name
    alike = [column for column in columns if plain_name(column) == plain_name(name)]
    if len(alike) == 1:
        return alike[0]
    message = f"The file has no column {name_list([name])}."
    fix = f"Give one of its columns: {name_list(columns)}."
    raise refusal("unknown-column", message, fix, column=name)


def _refuse_double_use(roles: Roles) -> None:
    used = [roles.label, *roles.prob, *([roles.pred] if roles.pred else [])]
    twice = [*dict.fromkeys(name for name in used if used.count(name) > 1)]
    twice += [name for name in roles.groups if name == roles.label]
    if twice:
        problem = Problem(
            name_list(twice),
            "",
            "column-used-twice",
            "The column is given as more than one of outcome, probability, prediction and group.",
            "Give each of them a column of its own.",
        )
        raise InputError.from_problems((problem,))
