"""Read the stored study out of the model folder."""

from __future__ import annotations

import dataclasses
from typing import Any

from core import plain
from core.artifacts import Artifact
from core.respiratory.audit.sentences import reasons, sentences
from core.respiratory.audit.study import (
    Effect,
    FoldFacts,
    Nested,
    Probe,
    Study,
    Variant,
    from_dict,
)
from core.stats.intervals import Interval

STUDY = "study.json"


@dataclasses.dataclass(frozen=True, slots=True)
class ShortcutAudit:
    """What the shortcut study found.

    Attributes
    ----------
    sentences : tuple of str
        The findings in plain words, most important first; every figure computed.
    probes : tuple of Probe
        What can be told without the lungs, next to the whole image.
    folds : tuple of FoldFacts
        The leave-one-source-out questions.
    variants : tuple of Variant
        Every mitigation tried, best mean area over the folds first.
    chosen, plain : Variant
        The one shipped, and films as they are.
    reasons : tuple of str
        Why it was chosen and what it costs.
    nested : tuple of Nested
        The choice made without a fold, reported on that fold.
    within_cohen : Interval
        Area within the Cohen collection when trained on its other patients.
    effects : tuple of Effect
        What each recipe leaves of the shortcuts.
    encoder, created : str
        What the study's heads were fitted on, and its declared date.
    seconds : float
        Processor time of the study.
    artifact : str
        Tag of the model folder.
    """

    sentences: tuple[str, ...]
    probes: tuple[Probe, ...]
    folds: tuple[FoldFacts, ...]
    variants: tuple[Variant, ...]
    chosen: Variant
    plain: Variant
    reasons: tuple[str, ...]
    nested: tuple[Nested, ...]
    within_cohen: Interval
    effects: tuple[Effect, ...]
    encoder: str
    created: str
    seconds: float
    artifact: str

    def to_dict(self) -> dict[str, Any]:
        """Return the audit as plain data."""
        return dict(plain.plain(self))


def shortcut_audit(artifact: Artifact | None = None) -> ShortcutAudit:
    """Return what the study found, read from the shipped model folder.

    Parameters
    ----------
    artifact : Artifact, optional
        Another model folder than the shipped one.

    Raises
    ------
    ArtifactError
        If the folder or the study in it is missing or altered.
    """
    if artifact is None:
        from core.respiratory import runtime

        artifact = runtime.artifact()
    return audit_of(from_dict(artifact.json(STUDY)), artifact.tag)


def audit_of(study: Study, artifact: str) -> ShortcutAudit:
    """Return a study with its findings in words."""
    return ShortcutAudit(
        sentences=sentences(study),
        probes=study.probes,
        folds=study.folds,
        variants=study.variants,
        chosen=study.named(study.chosen),
        plain=study.named(study.base),
        reasons=reasons(study),
        nested=study.nested,
        within_cohen=study.within_cohen,
        effects=study.effects,
        encoder=study.encoder,
        created=study.created,
        seconds=study.seconds,
        artifact=artifact,
    )
