"""Leaderboards on tables whose order is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from core.errors import InputError
from core.saliency.benchmark.leaderboard import (
    EFFECT,
    FEWEST,
    LEVEL,
    Leaderboard,
    across,
    choices,
    leaderboard,
    per_image,
)
from core.stats.rank_power import wilcoxon_power

NETWORK = "cnn-decoy-0"
IMAGES = 80


def rows(
    scores: dict[str, np.ndarray], metric: str = "abpc", fill: str = "mean", network: str = NETWORK
) -> pd.DataFrame:
    """Return a table with one column of scores for each method."""
    parts = []
    for method, values in scores.items():
        part = pd.DataFrame({"value": values})
        part["image"] = [f"{4_000_000 + i}-1-1" for i in range(len(values))]
        part["reason"] = np.where(part["value"].isna(), "blank", "")
        parts.append(part.assign(method=method, metric=metric, fill=fill, network=network))
    table = pd.concat(parts, ignore_index=True)
    table = table.assign(regime=network.split("-")[1], architecture=network.split("-")[0])
    texts = ["image", "method", "metric", "fill", "network", "reason", "regime"]
    return table.astype(dict.fromkeys(texts, "category"))


@pytest.fixture
def scores() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    level = rng.normal(size=IMAGES)
    shifts = {"gradcam": 1.0, "eigencam": 0.0, "saliency": 0.02, "random": -1.0}
    return {key: level + shift + 0.3 * rng.normal(size=IMAGES) for key, shift in shifts.items()}


def order(board: Leaderboard) -> list[str]:
    return [one.method for one in board.entries]


def test_order_and_tests(scores: dict[str, np.ndarray]) -> None:
    board = leaderboard(rows(scores), "abpc", "mean", NETWORK)
    assert board.reason == ""
    assert order(board)[0] == "gradcam"
    assert order(board)[-1] == "random"
    assert board.images == IMAGES
    assert board.groups == (tuple(order(board)[1:3]),)
    assert board.omnibus is not None
    expected = scipy.stats.friedmanchisquare(*scores.values())
    assert board.omnibus.p == pytest.approx(expected.pvalue, abs=1e-12)
    assert len(board.pairs) == 6
    apart = {frozenset((one.first, one.second)) for one in board.pairs if not one.differ}
    assert apart == {frozenset(("eigencam", "saliency"))}
    assert board.power == wilcoxon_power(IMAGES, EFFECT, LEVEL / 6)
    top = board.entries[0]
    assert top.mean.estimate == pytest.approx(scores["gradcam"].mean())
    assert top.mean.low < top.mean.estimate < top.mean.high
    json.dumps(board.to_dict(), allow_nan=False)


def test_pair_is_signed_and_adjusted(scores: dict[str, np.ndarray]) -> None:
    board = leaderboard(rows(scores), "abpc", "mean", NETWORK)
    pair = next(p for p in board.pairs if {p.first, p.second} == {"gradcam", "random"})
    sign = 1 if pair.first == "gradcam" else -1
    assert sign * pair.shift.estimate == pytest.approx(2, abs=0.2)
    assert sign * pair.effect > 0.9
    assert pair.p <= pair.p_holm <= pair.p_bonferroni == pytest.approx(6 * pair.p)
    assert pair.p_equal > 0.9


def test_lower_is_better(scores: dict[str, np.ndarray]) -> None:
    board = leaderboard(rows(scores, "deletion-auc"), "deletion-auc", "mean", NETWORK)
    assert order(board)[0] == "random"
    assert board.entries[0].rank < board.entries[-1].rank


def test_undefined_is_counted_and_left_out(scores: dict[str, np.ndarray]) -> None:
    scores["eigencam"][: IMAGES // 2] = np.nan
    scores["saliency"][:3] = np.nan
    board = leaderboard(rows(scores), "abpc", "mean", NETWORK)
    last = board.entries[-1]
    assert (last.method, last.undefined, last.reason) == ("eigencam", 0.5, "blank")
    assert np.isnan(last.rank)
    assert last.mean.n == IMAGES // 2
    assert board.images == IMAGES - 3
    assert len(board.pairs) == 3


def test_images_on_which_a_metric_says_nothing_do_not_count(scores: dict[str, np.ndarray]) -> None:
    for values in scores.values():
        values[::2] = np.nan
    board = leaderboard(rows(scores), "abpc", "mean", NETWORK)
    assert board.images == IMAGES // 2
    assert [one.undefined for one in board.entries] == [0.0] * 4


def test_not_enough_images(scores: dict[str, np.ndarray]) -> None:
    few = {key: values[: FEWEST - 1] for key, values in scores.items()}
    board = leaderboard(rows(few), "abpc", "mean", NETWORK)
    assert board.reason.startswith("Not enough evidence: 4 methods have a value for 19 images")
    assert (board.omnibus, board.pairs, board.power) == (None, (), None)
    assert order(board)[0] == "gradcam"
    json.dumps(board.to_dict(), allow_nan=False)


def test_no_value_at_all() -> None:
    board = leaderboard(
        rows({"gradcam": np.full(30, np.nan), "random": np.full(30, np.nan)}),
        "abpc", "mean", NETWORK,
    )  # fmt: skip
    assert "0 methods have a value for 0 images" in board.reason
    assert [one.undefined for one in board.entries] == [1.0, 1.0]


def test_everything_tied() -> None:
    board = leaderboard(
        rows({"gradcam": np.ones(30), "random": np.ones(30)}), "abpc", "mean", NETWORK
    )
    assert board.reason == "Every image ties all methods, so there is nothing to rank."


def test_a_description_is_not_ranked(scores: dict[str, np.ndarray]) -> None:
    board = leaderboard(rows(scores, "gini", ""), "gini", "", NETWORK)
    assert "neither more nor less of it is better" in board.reason
    assert board.pairs == ()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("nonsense", "mean", NETWORK), "metric: there is no 'nonsense'"),
        (("naopc", "mean", NETWORK), "metric: the table has no 'naopc' there. Use one of: abpc"),
        (("abpc", "blur", NETWORK), "fill: the table has no 'blur' there"),
        (("abpc", "mean", "vit"), "network: the table has no 'vit' there"),
    ],
)
def test_refuses_what_is_not_there(
    scores: dict[str, np.ndarray], asked: tuple[str, str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        leaderboard(rows(scores), *asked)


def test_per_image_and_choices(scores: dict[str, np.ndarray]) -> None:
    table = pd.concat([rows(scores), rows(scores, "abpc", "blur"), rows(scores, "gini", "")])
    wide = per_image(table, "abpc", "blur", NETWORK)
    assert list(wide) == ["gradcam", "eigencam", "saliency", "random"]
    assert wide.loc["4000003-1-1", "random"] == scores["random"][3]
    assert choices(table) == {"gini": ("",), "abpc": ("mean", "blur")}


def test_networks_are_compared_where_that_means_something(scores: dict[str, np.ndarray]) -> None:
    one = {"gradcam": scores["gradcam"]}
    other = {"gradcam": scores["gradcam"] + 0.5}
    names = ("cnn-decoy-0", "vit-decoy-0")
    naopc = pd.concat(
        [rows(s, "naopc", network=n) for s, n in zip((one, other), names, strict=True)]
    )
    (pair,) = across(naopc, "naopc", "mean", "gradcam")
    assert (pair.first, pair.second) == names
    assert pair.shift.estimate == pytest.approx(-0.5)
    assert pair.p_holm < 1e-6
    few = {"gradcam": scores["gradcam"][:19]}
    little = pd.concat([rows(few, "naopc", network=name) for name in names])
    with pytest.raises(InputError, match="2 networks have 19 images in common"):
        across(little, "naopc", "mean", "gradcam")
    abpc = pd.concat([rows(one, network=n) for n in names])
    with pytest.raises(InputError, match="depends on how each network scales its answers"):
        across(abpc, "abpc", "mean", "gradcam")
    strangers = pd.concat([rows(one, "naopc", network=n) for n in ("cnn-decoy-0", "cnn-clean-0")])
    with pytest.raises(InputError, match="Compare networks of one regime"):
        across(strangers, "naopc", "mean", "gradcam")
