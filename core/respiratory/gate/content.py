"""Checks of what is in the image, from what the trunk and the stored heads say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.respiratory.gate.features import Scores
from core.respiratory.gate.markers import Glyph
from core.respiratory.gate.parameters import KINDS, Levels
from core.respiratory.schema import Check
from core.viz.text import counted, number, p_value, percent

FIXES = {
    "turned 90": ("a quarter turn anticlockwise", "Turn it clockwise by 90 degrees"),
    "turned 180": ("upside down", "Turn it by 180 degrees"),
    "turned 270": ("a quarter turn clockwise", "Turn it anticlockwise by 90 degrees"),
}


def content(
    scores: Scores, index: int, levels: Levels, marks: Callable[[], tuple[Glyph, ...]]
) -> tuple[Check, ...]:
    """Return the checks of one picture.

    Whether it is mirrored, of a child, or carries letters is only asked of what may be a film.

    Parameters
    ----------
    scores : Scores
        What the parameters say of n pictures.
    index : int
        Which of them is judged.
    levels : Levels
        Where to warn and where to refuse.
    marks : callable
        Finds the letters burned in, if it comes to that.
    """
    kinds = {kind: float(p) for kind, p in zip(KINDS, scores.kinds[index], strict=True)}
    wrong = blamed(kinds, levels.frontal_refuse)
    first = (
        frontal(kinds["upright"], wrong, levels.frontal_attention),
        orientation(kinds, wrong),
        inverted(kinds["inverted"], wrong),
        cropped(kinds["cropped"], wrong, levels.cropped_attention),
        unlike(float(scores.excess[index]), float(scores.ood_p[index]), wrong, levels),
    )
    if any(check.status == "refuse" for check in first):
        return first
    return (
        *first,
        mirrored(float(scores.mirrored[index]), levels.mirrored_attention),
        child(float(scores.child[index]), levels.child_attention),
        letters(marks()),
    )


def blamed(kinds: Mapping[str, float], level: float) -> str:
    """Return the kind an image is refused for, the likeliest but upright, or an empty text."""
    if kinds["upright"] >= level:
        return ""
    return max((kind for kind in kinds if kind != "upright"), key=kinds.__getitem__)


def frontal(probability: float, wrong: str, attention: float) -> Check:
    """Judge whether it is a frontal chest film at all."""
    share = f"the gate gives that a probability of {percent(probability)}"
    if wrong == "other":
        text = f"This is not a frontal chest film, as far as the gate can tell ({share}). "
        return Check("frontal", "refuse", f"{text}Give one PA or AP chest film.", probability)
    if wrong:
        text = f"As it stands this is no whole, upright frontal chest film: {share}."
        return Check("frontal", "attention", text, probability)
    if probability < attention:
        text = f"It is uncertain that this is a whole, upright frontal chest film: {share}."
        return Check("frontal", "attention", text, probability)
    return Check("frontal", "ok", f"A whole, upright frontal chest film: {share}.", probability)


def orientation(kinds: Mapping[str, float], wrong: str) -> Check:
    """Refuse a film turned by quarter turns, and say how to turn it back."""
    probability = sum(kinds[kind] for kind in FIXES)
    if wrong in FIXES:
        position, fix = FIXES[wrong]
        text = f"The film looks turned: {position} ({percent(kinds[wrong])}). {fix}."
        return Check("orientation", "refuse", text, probability)
    return Check("orientation", "ok", "The film does not look turned.", probability)


def inverted(probability: float, wrong: str) -> Check:
    """Refuse a negative."""
    if wrong == "inverted":
        text = f"The film looks like a negative ({percent(probability)}). Invert the grey values."
        return Check("inverted", "refuse", text, probability)
    return Check("inverted", "ok", "The film does not look like a negative.", probability)


def cropped(probability: float, wrong: str, attention: float) -> Check:
    """Refuse a part of a chest; mention a film that may be cut."""
    if wrong == "cropped":
        text = (
            f"Only a part of a chest is to be seen ({percent(probability)}). "
            "Give the whole film with both lungs."
        )
        return Check("cropped", "refuse", text, probability)
    if probability >= attention:
        text = f"A part of the chest may be cut off ({percent(probability)})."
        return Check("cropped", "attention", text, probability)
    return Check("cropped", "ok", "The film does not look cut.", probability)


def unlike(excess: float, p: float, wrong: str, levels: Levels) -> Check:
    """Judge how far an image is from the films of the collections.

    Where a turn, a negative or a cut is refused already, that is the reason, and the distance is
    only mentioned.
    """
    measure = (
        f"distance {number(excess)}, where held-out films have a median of 0 and 99 of 100 stay "
        f"below 1; {p_value(p)}"
    )
    if excess > levels.ood_refuse and wrong in ("", "other"):
        text = f"The image is unlike any film the gate was fitted on ({measure}). "
        fix = f"Images beyond {number(levels.ood_refuse)} are not judged: give a chest film."
        return Check("ood", "refuse", text + fix, excess)
    if wrong and p <= levels.ood_attention:
        text = f"As it stands the image is unlike the films the gate was fitted on ({measure})."
        return Check("ood", "attention", text, excess)
    if p <= levels.ood_attention:
        text = (
            f"The film is unlike those the networks learned from ({measure}), as films of "
            "another hospital can be. Rely on the answer less."
        )
        return Check("ood", "attention", text, excess)
    return Check("ood", "ok", f"The film is like those of the collections ({measure}).", excess)


def mirrored(probability: float, attention: float) -> Check:
    """Mention a film that looks mirrored; the heart may lie on the right, so never refuse."""
    if probability >= attention:
        text = (
            f"The film may be mirrored left to right ({percent(probability)}), or the heart lies "
            "on the right side. Compare with the laterality marker."
        )
        return Check("mirrored", "attention", text, probability)
    return Check("mirrored", "ok", "The film does not look mirrored.", probability)


def child(probability: float, attention: float) -> Check:
    """Mention a film that looks like those of the children's collection."""
    if probability >= attention:
        text = (
            f"The film looks like the children's collection ({percent(probability)}; Kermany, 1 to "
            "5 years, one hospital, so age and hospital cannot be told apart). Viral Pneumonia was "
            "only seen in children."
        )
        return Check("child", "attention", text, probability)
    text = "The film looks like the adult collections. Viral Pneumonia was only seen in children."
    return Check("child", "ok", text, probability)


def letters(found: tuple[Glyph, ...]) -> Check:
    """Mention letters or marks that are burned in."""
    if not found:
        return Check("letters", "ok", "No letters or marks were found on the film.", 0.0)
    text = (
        f"{counted(len(found), 'letter')} or other bright mark{'s' if len(found) > 1 else ''} "
        "burned in. The networks may have read them."
    )
    return Check("letters", "attention", text, float(len(found)))
