"""The least plausible change: kept promises, brute force, and a bound from another solver."""

from __future__ import annotations

import itertools
import json

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from core.breast_cancer import boundary, geometry, plausible
from core.breast_cancer.boundary import GAP, cross
from core.breast_cancer.boundary_program import SLACK, Problem, Program, first_points
from core.breast_cancer.counterfactual import DIGITS, NOTE, counterfactual
from core.breast_cancer.data import wdbc
from core.breast_cancer.integrity import FLAG_LEVEL
from core.breast_cancer.model import models
from core.breast_cancer.plausible import GROUPS, boundary_problem
from core.breast_cancer.presets import case_presets
from core.breast_cancer.schema import FEATURES
from core.breast_cancer.score import score_case
from core.errors import InputError

STEP = 0.05
MALIGNANT = (10, 94, 122, 146, 214, 330, 498)
BENIGN = (19, 63, 148, 240, 305)


def case(row: int) -> dict[str, float]:
    return dict(zip(FEATURES.names, wdbc().X[row].tolist(), strict=True))


@pytest.fixture(scope="module")
def found():
    return {row: counterfactual(case(row)) for row in (*MALIGNANT, *BENIGN)}


@pytest.mark.parametrize("row", [*MALIGNANT, *BENIGN])
def test_the_changed_case_is_plausible_and_on_the_other_side(found, row):
    result, before = found[row], case(row)
    assert result.status == "found"
    after = before | {change.feature: change.after for change in result.moved}
    scored = score_case(after)
    assert (result.p_before >= result.threshold) != (scored.p >= result.threshold)
    assert scored.decision == result.side
    assert (scored.p, scored.ood_p, scored.forest_p) == (
        result.p_after, result.ood_p_after, result.forest_p_after,
    )  # fmt: skip
    assert scored.ood_p > FLAG_LEVEL
    assert geometry.sentences(after) == ()
    seen = wdbc().X[wdbc().train]
    for change in result.moved:
        j = FEATURES.names.index(change.feature)
        assert change.before == before[change.feature]
        assert seen[:, j].min() <= change.after <= seen[:, j].max()
        assert change.after == float(f"{change.after:.{DIGITS}g}")
        assert np.sign(change.after - change.before) == np.sign(change.deviations)


@pytest.mark.parametrize("row", [*MALIGNANT, *BENIGN])
def test_the_proof_is_complete_and_the_distance_is_near_its_bound(found, row):
    result = found[row]
    assert result.fewest
    assert result.irreducible
    assert result.bound <= result.distance
    assert result.distance == pytest.approx(sum(abs(c.deviations) for c in result.moved))
    assert len(result.measurements) <= len(result.moved) <= 3 * len(result.measurements)
    assert result.programs < boundary.MAX_PROGRAMS


class Relaxed:
    """A mixed-integer program whose optimum is a lower bound of the number of groups.

    Big-M, tangents, and six chords a column: none of it shared with the search under test.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.low, self.high, self.whole = [], [], []
        self.rows, self.least, self.most = [], [], []
        d = len(problem.scale)
        self.moves = [self.variable(*ends) for ends in zip(problem.low, problem.high, strict=True)]
        self.effects = [self.variable(-np.inf, np.inf) for _ in range(d)]
        self.groups = [self.variable(0, 1, whole=True) for _ in GROUPS]
        for j in range(d):
            group = next(g for g, columns in enumerate(GROUPS) if j in columns)
            self.rule({self.moves[j]: 1, self.groups[group]: -problem.high[j]}, -np.inf, 0)
            self.rule({self.moves[j]: 1, self.groups[group]: -problem.low[j]}, 0, np.inf)
            (self.bends_up if problem.slopes[j] >= 0 else self.bends_down)(j)
        for row, limit in zip(problem.rows, problem.limits, strict=True):
            self.rule(dict(zip(self.moves, row, strict=True)), -np.inf, limit)
        self.rule(dict.fromkeys(self.effects, 1.0), -np.inf, problem.target)

    def variable(self, low, high, *, whole=False):
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.low) - 1

    def rule(self, weights, least, most):
        self.rows.append(weights)
        self.least.append(least)
        self.most.append(most)

    def curve(self, j, move):
        part = self.problem
        return part.slopes[j] * part.shifted[j] * (np.exp(part.scale[j] * move) - 1)

    def bends_up(self, j):
        for m in np.linspace(self.problem.low[j], self.problem.high[j], 12):
            steep = (self.curve(j, m + 1e-6) - self.curve(j, m - 1e-6)) / 2e-6
            start = self.curve(j, m) - steep * m
            self.rule({self.effects[j]: 1, self.moves[j]: -steep}, start - 1e-6, np.inf)

    def bends_down(self, j):
        cuts = [self.problem.low[j], *np.linspace(0, self.problem.high[j], 6)]
        in_move, in_effect, chosen = {self.moves[j]: 1.0}, {self.effects[j]: 1.0}, {}
        for a, b in itertools.pairwise(cuts):
            if b - a < 1e-9:
                continue
            part, on = self.variable(-np.inf, np.inf), self.variable(0, 1, whole=True)
            self.rule({part: 1, on: -a}, 0, np.inf)
            self.rule({part: 1, on: -b}, -np.inf, 0)
            steep = (self.curve(j, b) - self.curve(j, a)) / (b - a)
            in_move[part], in_effect[part] = -1.0, -steep
            in_effect[on], chosen[on] = -(self.curve(j, a) - steep * a), 1.0
        self.rule(in_move, 0, 0)
        self.rule(in_effect, 0, np.inf)
        self.rule(chosen, 1, 1)

    def bound(self) -> int:
        matrix = np.zeros((len(self.rows), len(self.low)))
        for at, weights in enumerate(self.rows):
            matrix[at, list(weights)] = list(weights.values())
        cost = np.zeros(len(self.low))
        cost[self.groups] = 1
        solved = milp(
            cost,
            constraints=LinearConstraint(matrix, self.least, self.most),
            integrality=self.whole,
            bounds=Bounds(self.low, self.high),
        )
        return round(solved.fun)


@pytest.mark.parametrize("row", [10, 94, 122, 146, 214, 498, 63])
def test_another_solver_finds_no_way_with_fewer_measurements(found, row):
    loaded, result = models(), found[row]
    problem = boundary_problem(
        loaded.champion, loaded.reference, wdbc().X[row], loaded.operating.threshold
    )
    assert Relaxed(problem).bound() == len(result.measurements)


def small(**changes) -> Problem:
    parts = {
        "shifted": np.array([2.0, 1.0, 3.0]),
        "scale": np.array([0.5, 0.8, 0.3]),
        "slopes": np.array([1.0, -0.7, 0.5]),
        "target": -1.2,
        "low": np.array([-1.5, -1.0, -2.0]),
        "high": np.array([1.0, 2.0, 1.0]),
        "rows": np.array([[1.0, 1.0, 0.0], [-1.0, -0.5, 1.0]]),
        "limits": np.array([1.0, 1.2]),
    }
    return Problem(**(parts | changes))


def brute(problem: Problem, columns: tuple[int, ...]) -> float:
    """Return the least sum of absolute moves on a grid."""
    axes = [
        np.arange(problem.low[j], problem.high[j] + 1e-9, STEP) if j in columns else np.zeros(1)
        for j in range(3)
    ]
    moves = np.stack([axis.ravel() for axis in np.meshgrid(*axes)], axis=1)
    value = problem.shifted * np.exp(problem.scale * moves)
    kept = ((value - problem.shifted) @ problem.slopes) <= problem.target
    kept &= (moves @ problem.rows.T <= problem.limits + 1e-9).all(axis=1)
    for larger, smaller, extra in problem.above:
        kept &= value[:, larger] >= value[:, smaller] + extra - 1e-9
    return float(np.abs(moves[kept]).sum(axis=1).min()) if kept.any() else np.inf


@pytest.mark.parametrize(
    "problem",
    [
        small(),
        small(target=-0.5),
        small(target=-2.0),
        small(slopes=np.array([-1.0, -0.7, -0.5])),
        small(slopes=np.array([0.2, -0.3, 0.1]), target=-0.4),
        small(above=((0, 1, 0.3), (2, 0, 0.1))),
        small(target=-1.6, above=((0, 1, 0.0),)),
        small(target=-9.0),
        small(limits=np.array([1.0, -0.1]), target=-0.3),
    ],
)
def test_the_search_equals_brute_force(problem):
    result = cross(problem, [(0,), (1,), (2,)], 3)
    sizes = {
        size: min(brute(problem, columns) for columns in itertools.combinations(range(3), size))
        for size in (1, 2, 3)
    }
    fewest = min((size for size, length in sizes.items() if np.isfinite(length)), default=0)
    assert result.groups == fewest
    assert result.fewest
    if not fewest:
        assert result.move is None
        return
    step = 3 * STEP  # the grid rounds every move up
    assert sizes[fewest] - step <= result.distance <= sizes[fewest] / (1 - GAP) + 1e-3
    assert result.bound <= sizes[fewest] + 1e-9
    reached = (problem.shifted * np.expm1(problem.scale * result.move)) @ problem.slopes
    assert reached <= problem.target + SLACK
    assert (problem.rows @ result.move <= problem.limits + 1e-6).all()


def test_columns_that_are_not_needed_are_put_back():
    """The shortest move of the group uses both columns; the first alone can do it as well."""
    rows, limits = np.array([[-1.0, 0.0]]), np.array([0.9])
    problem = Problem(
        np.ones(2), np.ones(2), np.array([1.0, 0.5]), -0.5,
        np.full(2, -0.9), np.full(2, 0.9), rows, limits,
    )  # fmt: skip
    tight = Problem(
        np.ones(2), np.ones(2), np.array([1.0, 0.5]), -0.7,
        np.full(2, -0.9), np.full(2, 0.9), rows, limits,
    )  # fmt: skip
    one, two = (cross(part, [(0, 1)], 1) for part in (problem, tight))
    assert (one.move != 0).tolist() == [True, False]
    assert one.move[0] == pytest.approx(np.log(0.5), abs=1e-3)
    assert (two.move != 0).all()
    assert one.irreducible
    assert two.irreducible


def test_chords_never_make_the_program_longer_than_the_truth():
    rng = np.random.default_rng(0)
    for _ in range(20):
        problem = small(
            slopes=rng.uniform(-1, 1, 3), shifted=rng.uniform(0.5, 3, 3), target=-rng.uniform(0, 1)
        )
        program = Program(problem, first_points(problem))
        move = program.shortest(problem.low, problem.high)
        truth = brute(problem, (0, 1, 2))
        if move is None:
            assert np.isinf(truth)
        else:
            assert np.abs(move).sum() <= truth + 1e-9


def test_without_enough_measurements_the_answer_is_none_and_proven(found):
    assert len(found[122].measurements) == 4
    result = counterfactual(case(122), max_measurements=3)
    assert result.status == "none within limits"
    assert result.moved == ()
    assert (result.p_after, result.distance, result.bound) == (None, None, None)
    assert result.proofs() == (
        "No plausible change of as many measurements as were allowed reaches the threshold.",
    )


def test_a_search_that_runs_out_of_programs_claims_nothing(monkeypatch):
    monkeypatch.setattr(boundary, "MAX_PROGRAMS", 0)
    result = counterfactual(case(94))
    assert result.status == "none within limits"
    assert not result.fewest
    assert result.proofs() == ()


@pytest.mark.parametrize("threshold", [0.002, 0.5, 0.998])
def test_the_threshold_asked_for_is_the_one_crossed(threshold):
    result = counterfactual(case(10), threshold=threshold)
    assert result.threshold == threshold
    assert (result.p_before >= threshold) != (result.p_after >= threshold)


def test_a_threshold_at_the_probability_shown_is_crossed_downwards():
    p = score_case(case(10)).p
    result = counterfactual(case(10), threshold=p)
    assert result.side == "benign"
    assert result.p_after < p


def test_a_broken_case_is_mended_on_the_way():
    slipped = case_presets()[-1].values
    before = score_case(slipped)
    assert before.flagged
    result = counterfactual(slipped)
    assert "worst_area" in {change.feature for change in result.moved}
    assert result.ood_p_after > FLAG_LEVEL


def test_what_is_proven_is_said(found):
    result = found[94]
    assert result.proofs() == (
        "No plausible change of fewer than 2 measurements reaches the threshold.",
        "Each changed column is needed: the others cannot do it without it.",
        f"No plausible change of as few measurements is smaller than {result.bound:.2f} standard"
        " deviations in sum.",
    )
    assert len(found[148].moved) == 1
    assert len(found[148].proofs()) == 1
    assert result.note == NOTE
    assert "not something one can change" in NOTE


def test_equal_input_gives_equal_output_as_plain_data(found):
    again = counterfactual(case(214))
    assert again == found[214]
    assert json.loads(json.dumps(again.to_dict(), allow_nan=False))["side"] == "benign"


def test_every_column_belongs_to_one_measurement():
    assert sorted(itertools.chain(*GROUPS)) == list(range(30))
    for columns in GROUPS:
        stems = {FEATURES.names[j].removeprefix("mean_").removeprefix("worst_").removesuffix(
            "_error") for j in columns}  # fmt: skip
        assert len(stems) == 1


@pytest.mark.parametrize("most", [0, 11])
def test_a_number_of_measurements_that_does_not_exist_is_refused(most):
    with pytest.raises(InputError, match=f"{most} is not between 1 and 10"):
        counterfactual(case(0), max_measurements=most)


def test_an_incomplete_case_is_refused():
    with pytest.raises(InputError, match="missing"):
        counterfactual({k: v for k, v in case(0).items() if k != "mean_radius"})


def test_the_rules_of_the_search_hold_for_the_case_as_it_is():
    loaded = models()
    for row in (10, 63, 240):
        problem = plausible.boundary_problem(loaded.champion, loaded.reference, wdbc().X[row], 0.17)
        assert (problem.low <= 0).all()
        assert (problem.high >= 0).all()
        assert (problem.limits >= 0).all()
        for larger, smaller, extra in problem.above:
            assert extra >= 0
            assert problem.shifted[larger] >= problem.shifted[smaller] + extra - 1e-12
