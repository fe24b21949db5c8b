"""The nearest point beyond a linear model's threshold, moving few columns, with a proof.

Moves are made in logarithms, where the rules for a plausible case are linear. The model is linear
in the values themselves, so its change is a sum of exponentials, each of which bends up (it lies
above its tangents) or down (it lies above its chord). With tangents and chords in their place the
shortest move is a linear program, and never longer than the true one. Where it falls short of the
threshold, tangents are added and the range of the worst chord is cut in two, until the move and
the bound meet: branch and bound.
"""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.breast_cancer.boundary_program import SLACK, Columns, Problem, Program, first_points

Floats = NDArray[np.float64]

GAP = 0.02
"""The search stops when the move is at most this share longer than the bound."""
MAX_PROGRAMS = 4000
"""Linear programs after which the search stops, with whatever is proven by then."""

_REPAIRS = 3
_MARGIN = 0.01  # a range is not cut closer to its ends than this share
_STILL = 1e-9


@dataclasses.dataclass(frozen=True, slots=True)
class Crossing:
    """What a search found.

    Attributes
    ----------
    move : ndarray, shape (d,), or None
        The move; None if none was found.
    groups : int
        Number of groups whose columns may move.
    distance, bound : float
        Sum of the absolute moves; no move within as few groups has less than ``bound``.
    fewest : bool
        Whether it is proven that fewer groups cannot do it; without a move, that none can.
    irreducible : bool
        Whether it is proven that no column of the move can stay as it is, whatever the other
        columns of the move do.
    programs : int
        Linear programs solved.
    """

    move: Floats | None
    groups: int
    distance: float
    bound: float
    fewest: bool
    irreducible: bool
    programs: int


def cross(problem: Problem, groups: Sequence[Columns], most: int) -> Crossing:
    """Return a short move beyond the threshold within the fewest groups, at most ``most``.

    Groups come first, then columns: the shortest move within the fewest groups is found, and
    columns that are not needed are put back, smallest move first.

    Parameters
    ----------
    problem : Problem
        What to reach and what to keep to.
    groups : sequence of tuple of int
        Columns that count as one.
    most : int
        Greatest number of groups.
    """
    search = _Search(problem)
    fewest = True
    for size in range(1, most + 1):
        if search.programs >= MAX_PROGRAMS:
            fewest = False
            break
        chosen = itertools.combinations(groups, size)
        found = search.shortest([tuple(itertools.chain(*parts)) for parts in chosen])
        if found.move is not None:
            thin, irreducible = search.thinned(found)
            bound = min(found.bound, thin.distance)
            return Crossing(
                thin.spread(len(problem.scale)), size, thin.distance, bound, fewest, irreducible,
                search.programs,
            )  # fmt: skip
        fewest = fewest and bool(np.isinf(found.bound))
    return Crossing(None, 0, np.inf, np.inf, fewest, False, search.programs)


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """The shortest move over some sets of columns; ``bound`` is infinite if none is possible."""

    columns: Columns = ()
    move: Floats | None = None
    bound: float = np.inf

    @property
    def distance(self) -> float:
        return np.inf if self.move is None else float(np.abs(self.move).sum())

    def spread(self, d: int) -> Floats:
        """Return the move over all columns, shape (d,)."""
        whole = np.zeros(d)
        whole[list(self.columns)] = self.move
        return whole

    def moving(self) -> dict[int, float]:
        """Return the columns that do move, smallest move first."""
        moves = dict(zip(self.columns, () if self.move is None else self.move, strict=True))
        kept = {j: move for j, move in moves.items() if abs(move) > _STILL}
        return dict(sorted(kept.items(), key=lambda item: abs(item[1])))


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class _Node:
    """A box of moves of some columns; nodes are sorted by their bound."""

    bound: float
    number: int
    columns: Columns = dataclasses.field(compare=False)
    program: Program = dataclasses.field(compare=False)
    low: Floats = dataclasses.field(compare=False)
    high: Floats = dataclasses.field(compare=False)
    move: Floats = dataclasses.field(compare=False)


class _Search:
    """Branch and bound, with the tangents that were needed so far."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.points = first_points(problem)
        self.programs = 0

    def shortest(self, sets: Sequence[Columns]) -> _Found:
        """Return the shortest move over some sets of columns, to within ``GAP``."""
        heap: list[_Node] = []
        best = _Found()
        for columns in filter(None, sets):
            part = self.problem.take(columns)
            program = Program(part, [self.points[j] for j in columns])
            self._push(heap, 0.0, columns, program, part.low, part.high)
        while heap and self.programs < MAX_PROGRAMS:
            if heap[0].bound >= best.distance * (1 - GAP):
                break
            node = heapq.heappop(heap)
            short = node.program.problem.gain(node.move).sum() - self.problem.target
            move = node.move if short <= SLACK else self._repaired(node)
            if move is not None and np.abs(move).sum() < best.distance:
                best = _Found(node.columns, move)
            if short > SLACK:
                self._branch(heap, node)
        bound = min(heap[0].bound if heap else np.inf, best.distance)
        return dataclasses.replace(best, bound=bound)

    def thinned(self, found: _Found) -> tuple[_Found, bool]:
        """Put columns back that are not needed; say whether the rest is proven to be needed."""
        proven, needed = True, set[int]()
        while spare := [j for j in found.moving() if j not in needed]:
            rest = tuple(sorted(set(found.moving()) - {spare[0]}))
            fewer = self.shortest([rest])
            if fewer.move is None:
                needed.add(spare[0])
                proven = proven and bool(np.isinf(fewer.bound))
            else:
                found = fewer
        return found, proven

    def _push(
        self, heap: list[_Node], bound: float, columns: Columns, program: Program,
        low: Floats, high: Floats,
    ) -> None:  # fmt: skip
        before = program.solved
        move = program.shortest(low, high)
        self.programs += program.solved - before
        if move is not None:
            bound = max(bound, float(np.abs(move).sum()))
            number = self.programs  # rises, so that no two nodes compare equal
            heapq.heappush(heap, _Node(bound, number, columns, program, low, high, move))

    def _branch(self, heap: list[_Node], node: _Node) -> None:
        """Cut the range of the column whose chord is furthest below its curve."""
        problem, down = node.program.problem, node.program.bends_down
        slopes, starts = problem.chords(node.low, node.high)
        below = problem.gain(node.move) - (starts + slopes * node.move)
        j = down[below[down].argmax()]
        margin = _MARGIN * (node.high[j] - node.low[j])
        cut = np.clip(node.move[j], node.low[j] + margin, node.high[j] - margin)
        for side in (0, 1):
            low, high = node.low.copy(), node.high.copy()
            (low, high)[side][j] = cut
            self._push(heap, node.bound, node.columns, node.program, low, high)

    def _repaired(self, node: _Node) -> Floats | None:
        """Return a move that does reach the target, near the node's."""
        part, move = node.program.problem, node.move
        before = node.program.solved
        for _ in range(_REPAIRS):
            nearer = node.program.shortest(part.low, part.high, move)
            if nearer is None:
                break
            move = nearer
        self.programs += node.program.solved - before
        reached = part.gain(move).sum() - part.target <= SLACK
        return move if reached else None
