"""One search for good parameters by several processes, over a journal that they share.

The trials lie in an Optuna journal: a text file to which every process appends. A search that was
interrupted goes on where it stopped.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError, SuiteError
from core.scale.parts import locked, require_token
from core.scale.workers import Crew, crew, disk_sentence

if TYPE_CHECKING:
    import optuna

Objective = Callable[..., float]
"""``objective(trial, *arguments)`` returns what is to be small."""

LOCK_SUFFIX = ".run"
SEEDS = 2**32
DIGEST = "digest"
JOURNAL_START = b'{"op_code":'


@dataclasses.dataclass(frozen=True)
class Search:
    """What is searched for.

    Attributes
    ----------
    name : str
        How the messages call it, such as ``"search of xgboost-13"``.
    digest : str
        Hash of everything that decides a value: data, folds, seed. A journal holds one search.
    objective : callable
        A function at module level of ``core``: given an Optuna trial and the arguments, it returns
        a finite number, the smaller the better.
    arguments : tuple
        Plain data, pickled on its way to a worker.
    seed : int
        Of the sampler; each trial has a seed of its own, derived from it.
    """

    name: str
    digest: str
    objective: Objective
    arguments: tuple[Any, ...]
    seed: int


@dataclasses.dataclass(frozen=True)
class Found:
    """What a search has found so far.

    Attributes
    ----------
    params : mapping
        The best parameters.
    value : float
        The objective there.
    n_trials : int
        Finished trials.
    n_abandoned : int
        Trials that a process left unfinished, made again under another number.
    parallel : bool
        Whether trials ever ran beside each other.
    """

    params: Mapping[str, Any]
    value: float
    n_trials: int
    n_abandoned: int
    parallel: bool

    @property
    def note(self) -> str:
        """Whether the search can be repeated, as a sentence."""
        if self.parallel:
            return (
                "Trials ran beside each other, so the order in which they ended decided what was "
                "tried next: a repetition finds other trials, and perhaps another best."
            )
        return "Trials ran one after the other: the same seed finds the same trials."


def search(
    wanted: Search,
    journal: Path,
    *,
    trials: int,
    workers: int = 0,
    scheduler: str | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Found:
    """Bring a search to a number of finished trials, never more, and return the best.

    Parameters
    ----------
    wanted : Search
        What to search for.
    journal : Path
        The file of the trials: a new one, or one of the same search.
    trials : int
        Finished trials wanted in all; what the journal holds counts.
    workers : int, default 0
        Worker processes on this machine; 0 works in this process.
    scheduler : str, optional
        Address of a running Dask scheduler; its workers must see the journal under the same path.
        Takes the place of ``workers``.
    on_progress, should_stop : callable, optional
        Told after each trial; asked between trials. What is in flight is finished.

    Raises
    ------
    InputError
        If no trial is asked for, the file holds something else, or another process searches there.
    SuiteError
        If a trial failed, a worker computes with other versions, the scheduler cannot be reached,
        or the search was stopped before its first trial ended.
    """
    if trials < 1:
        raise InputError(f"trials: {trials} is too few. Ask for 1 or more.")
    journal = journal.absolute()
    lock = journal.with_name(journal.name + LOCK_SUFFIX)
    try:
        journal.parent.mkdir(parents=True, exist_ok=True)
        with locked(lock, f"study: {journal}") as token, crew(workers, scheduler) as hands:
            study = _study(wanted, journal)
            task = _Task(wanted.objective, wanted.arguments, wanted.name, journal, lock, token)
            asker = _Asker(study, task, wanted.seed, hands, on_progress or _untold)
            asker.ask(trials, should_stop or _never)
            return _found(study)
    except OSError as error:
        raise SuiteError(disk_sentence(error, f"The {wanted.name}")) from error


def _never() -> bool:
    return False


def _untold(done: int, total: int | None) -> None:
    """Nobody asked."""


@dataclasses.dataclass(frozen=True)
class _Task:
    """What a worker must know to do any trial of a search."""

    objective: Objective
    arguments: tuple[Any, ...]
    name: str
    journal: Path
    lock: Path
    token: str


class _Asker:
    """Hands out trials.

    Trials are created here and done elsewhere, so that their number is exact however often a worker
    dies and its trial is done again.
    """

    def __init__(
        self,
        study: optuna.Study,
        task: _Task,
        seed: int,
        hands: Crew,
        on_progress: Callable[[int, int | None], None],
    ) -> None:
        self._study, self._task, self._seed = study, task, seed
        self._hands, self._on_progress = hands, on_progress
        self._done = 0

    def ask(self, trials: int, should_stop: Callable[[], bool]) -> None:
        """Have the trials done that are missing."""
        _abandon_unfinished(self._study)
        self._done = _count(self._study, "COMPLETE")
        if self._hands.size > 1 and trials - self._done > 1:
            self._study.set_user_attr("parallel", True)
        try:
            for place in range(self._done, trials):
                while self._hands.busy >= self._hands.size:
                    self._gather(trials)
                if should_stop():
                    break
                number = self._study.ask().number
                label = f"Trial {number} of the {self._task.name}"
                seed = (self._seed * 1_000_003 + place) % SEEDS
                self._hands.start(label, do_trial, self._task, number, seed)
            while self._hands.busy:
                self._gather(trials)
        except BaseException:
            _abandon_unfinished(self._study)
            raise

    def _gather(self, trials: int) -> None:
        for _ in self._hands.done():
            self._done += 1
            self._on_progress(self._done, trials)


def do_trial(task: _Task, number: int, seed: int) -> int:
    """Do a trial that was asked for, wherever this process runs, and return its number.

    A trial that is done again, because its worker died, tries the same parameters as far as they
    were chosen; one whose value is known already is left alone.
    """
    import optuna

    require_token(task.lock, task.token)
    study = optuna.load_study(
        study_name=task.name,
        storage=_storage(task.journal),
        sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True),
    )
    frozen = study.get_trials(deepcopy=False)[number]
    if frozen.state.is_finished():
        return number
    value = float(task.objective(optuna.Trial(study, frozen._trial_id), *task.arguments))
    if not math.isfinite(value):
        raise SuiteError(f"Trial {number} of the {task.name} has no value ({value}).")
    study.tell(number, value, skip_if_finished=True)
    return number


def _storage(journal: Path) -> optuna.storages.JournalStorage:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    return JournalStorage(JournalFileBackend(str(journal)))


def _study(wanted: Search, journal: Path) -> optuna.Study:
    """Open the study of a journal, or begin it; to be called while the journal is held."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        _cut_torn_line(journal)
        storage = _storage(journal)
        begun = len(storage.get_all_studies()) > 0
        study = (
            optuna.load_study(study_name=None, storage=storage)
            if begun
            else optuna.create_study(study_name=wanted.name, storage=storage)
        )
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        raise InputError(
            f"study: {journal} cannot be read as the journal of one search. Choose a new file."
        ) from error
    if not study.trials and DIGEST not in study.user_attrs:  # new, or killed at this point
        study.set_user_attr(DIGEST, wanted.digest)
    _require_same(wanted, study, journal)
    return study


def _require_same(wanted: Search, study: optuna.Study, journal: Path) -> None:
    name, digest = study.study_name, study.user_attrs.get(DIGEST, "unknown")
    if (name, digest) != (wanted.name, wanted.digest):
        raise InputError(
            f"study: {journal} holds another search ({name}, digest {digest[:12]}; this one is "
            f"{wanted.name}, {wanted.digest[:12]}). Choose another file."
        )


def _cut_torn_line(journal: Path) -> None:
    """Remove the end of a line that a process was writing when it was killed.

    Raises
    ------
    ValueError
        If the file is no journal; it is left alone.
    """
    if not journal.exists():
        return
    with journal.open("r+b") as file:
        content = file.read()
        if content and not content.startswith(JOURNAL_START):
            raise ValueError("no journal")
        if not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)


def _abandon_unfinished(study: optuna.Study) -> None:
    """Mark the trials that nobody works on any more as failed."""
    import optuna

    running = (optuna.trial.TrialState.RUNNING,)
    for trial in study.get_trials(deepcopy=False, states=running):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)


def _count(study: optuna.Study, state: str) -> int:
    import optuna

    return len(study.get_trials(deepcopy=False, states=(optuna.trial.TrialState[state],)))


def _found(study: optuna.Study) -> Found:
    n_trials = _count(study, "COMPLETE")
    if not n_trials:
        raise SuiteError("The search was stopped before its first trial ended. Run it again.")
    return Found(
        params=dict(study.best_params),
        value=float(study.best_value),
        n_trials=n_trials,
        n_abandoned=_count(study, "FAIL"),
        parallel=bool(study.user_attrs.get("parallel", False)),
    )
