"""The study in plain words; every figure and every verdict is computed from it."""

from __future__ import annotations

from collections.abc import Iterator

from core.respiratory.audit.study import Nested, Probe, Study, Variant
from core.stats.intervals import Interval
from core.viz.text import percent, signed

NOT_A_DIAGNOSTIC = (
    "The classifier was trained to separate these public collections; it is not a diagnostic."
)


def sentences(study: Study) -> tuple[str, ...]:
    """Return what the study shows, most important first."""
    chosen, plain = study.named(study.chosen), study.named(study.base)
    found = [_gap(plain), _lifted(chosen, plain), *_folds(study, chosen)]
    for probe in study.probes:
        found += _probe(probe)
    found += _left(study, chosen, plain)
    return (*found, NOT_A_DIAGNOSTIC)


def reasons(study: Study) -> tuple[str, ...]:
    """Return why the chosen variant was chosen, how sure that is, and what it costs."""
    chosen, plain = study.named(study.chosen), study.named(study.base)
    return (
        f"Of {len(study.variants)} variants tried, “{chosen.name}” has the highest mean AUC "
        f"over the {len(study.folds)} questions: {_figure(chosen.mean)}; films as they are: "
        f"{_figure(plain.mean)}. The rule was fixed before any was tried; some "
        "variants were added after the first results.",
        f"Its advantage, paired by patient, is {_change(chosen.advantage)}; "
        f"{_verdict(chosen.advantage, 0.0, 'zero')} That interval takes no account of the choice; "
        "the next figures leave one question out of it.",
        *(_nested(one) for one in study.nested),
        *_costs(chosen, plain),
    )


def _gap(plain: Variant) -> str:
    inside = next(one for one in plain.in_source if one.protocol == "single")
    return (
        "With films as they are, COVID-19 is told from the rest with an AUC of "
        f"{_figure(inside.auc)} on test films of the sources trained on, and of "
        f"{_figure(plain.mean)} on average on sources never seen; 0.5 is guessing."
    )


def _lifted(chosen: Variant, plain: Variant) -> str:
    if chosen.name == plain.name:
        return "No mitigation tried does better than films as they are on sources never seen."
    return (
        f"The best mitigation, “{chosen.name}”, reaches {_figure(chosen.mean)} on sources never "
        f"seen, {_change(chosen.advantage)} against films as they are; "
        f"{_verdict(chosen.advantage, 0.0, 'zero')}"
    )


def _folds(study: Study, chosen: Variant) -> Iterator[str]:
    for facts, figures in zip(study.folds, chosen.folds, strict=True):
        yield (
            f"{facts.name}: {facts.question} ({facts.positives} against {facts.negatives} films): "
            f"AUC {_figure(figures.auc)}; {_verdict(figures.auc, 0.5, 'guessing')} At the "
            f"threshold chosen on the other sources {percent(figures.recall.estimate)} of "
            f"COVID-19 films are found and {percent(1 - figures.specificity.estimate)} of the "
            "others are called COVID-19 as well."
        )
    yield (
        "Trained on other patients of the Cohen collection itself, the same head reaches an AUC "
        f"of {_figure(study.within_cohen)} within it: from so few films it learns no more."
    )


def _probe(probe: Probe) -> Iterator[str]:
    words = f"{probe.title}: {probe.measure} {_figure(probe.probe)}, guessing {probe.chance:.3f}"
    if probe.whole is None:
        yield f"{words}; {_verdict(probe.probe, probe.chance, 'guessing')}"
        return
    reach = probe.whole.estimate - probe.chance
    words += f", the whole image {_figure(probe.whole)}"
    if probe.code == "permuted":
        yield f"{words}; {_verdict(probe.probe, probe.chance, 'guessing')}"
    elif reach > 0:
        share = (probe.probe.estimate - probe.chance) / reach
        yield f"{words}: {percent(max(share, 0.0))} of the way from guessing to the whole image."
    else:
        yield f"{words}; the whole image does not beat guessing."


def _left(study: Study, chosen: Variant, plain: Variant) -> Iterator[str]:
    """Say of each shortcut whether the chosen recipe closes it; overlapping intervals leave it."""
    values = {(one.recipe, one.probe): one for one in study.effects}
    titles = {one.code: one.title for one in study.probes}
    if chosen.recipe == plain.recipe:
        return
    for code in dict.fromkeys(one.probe for one in study.effects):
        before, after = values.get((plain.recipe, code)), values.get((chosen.recipe, code))
        if before is None or after is None:
            continue
        verdict = "no clear change"
        if after.value.high < before.value.low:
            verdict = "less is left"
        if after.value.low > before.value.high:
            verdict = "more is left"
        yield (
            f"{titles[code]} after “{chosen.recipe}”: {_figure(after.value)}, before "
            f"{_figure(before.value)}, guessing {after.chance:.3f}: {verdict}."
        )


def _nested(one: Nested) -> str:
    return (
        f"Chosen without question {one.fold}, “{one.variant}” wins; on {one.fold} it has an AUC "
        f"of {_figure(one.auc)}, films as they are {_figure(one.plain_auc)}, the difference being "
        f"{_change(one.difference)}; {_verdict(one.difference, 0.0, 'zero')}"
    )


def _costs(chosen: Variant, plain: Variant) -> Iterator[str]:
    for after, before in zip(chosen.in_source, plain.in_source, strict=True):
        inside = "inside" if after.protocol == "multi" else "outside"
        yield (
            f"Cost on the sources trained on, Cohen collection {inside}: accuracy with three "
            f"findings {_figure(after.accuracy)} (films as they are {_figure(before.accuracy)}), "
            f"AUC of COVID-19 {_figure(after.auc)} ({_figure(before.auc)})."
        )


def _verdict(interval: Interval, against: float, name: str) -> str:
    if interval.low > against:
        return f"the interval lies above {name}."
    if interval.high < against:
        return f"the interval lies below {name}."
    return f"the interval does not exclude {name}."


def _figure(interval: Interval) -> str:
    return f"{interval.estimate:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _change(interval: Interval) -> str:
    ends = (interval.estimate, interval.low, interval.high)
    middle, low, high = (signed(one, 3) for one in ends)
    return f"{middle} [{low}, {high}]"
