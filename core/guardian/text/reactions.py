"""What an allergy did to the patient."""

from __future__ import annotations

import re

from core.guardian.text.clean import fold

_KINDS = (
    (
        "anaphylaxis",
        r"anaphyla|anaphyl|\bshock\b|cardiac arrest|epipen|collapse|life.?threatening|"
        r"\bdied\b|intubat|resuscitat|\bepi(?:nephrine)? given",
    ),
    (
        "severe-cutaneous",
        r"\bsjs\b|stevens|\bten\b|toxic epidermal|\bdress\b|eosinophilia|\bagep\b|"
        r"exanthematous pustulosis|"
        r"blister|exfoliat|peel|slough|erythema multiforme|desquamat|hypersensitivity syndrome|"
        r"\bdihs\b|"
        r"\bsdrife\b|necrolysis",
    ),
    (
        "angioedema",
        r"angio.{0,2}o?edema|(?:face|facial|lips?|tongue|throat|airway|eyes?|eyelids?|mouth|"
        r"laryn\w*|neck)"
        r"\W+(?:\w+\W+)?(?:swell|swollen|edema|oedema|clos|tight)|(?:swelling|swollen|edema|"
        r"closing|tightness)"
        r"\W+(?:of\W+|in\W+)?(?:the\W+|his\W+|her\W+)?(?:face|lip|tongue|throat|airway|eye|mouth|"
        r"laryn|neck)|"
        r"(?<!leg )(?<!ankle )(?<!foot )(?<!feet )(?<!pedal )(?<!joint )\bswelling(?! (?:of |"
        r"in )?(?:the )?"
        r"(?:leg|ankle|foot|feet|joint))|\bswelled up\b|\bswollen\b(?! (?:leg|ankle|feet|joint))",
    ),
    (
        "respiratory",
        r"bronchospas|wheez|asthma|dyspn|short(?:ness)? of breath|\bsob\b|breathing|respiratory|"
        r"can'?t breathe|"
        r"chest tightness",
    ),
    (
        "urticaria",
        r"hives?\b|urticari|\brash|itch|prurit|welts?\b|wheals?\b|erythema|exanthem|maculopap|"
        r"morbilliform|"
        r"skin (?:reaction|eruption)|eruption|\bredness\b|\bspots\b|dermatitis|swollen skin",
    ),
)
_MILD = re.compile(
    r"nause|vomit|emesis|\bn/?v\b|\bgi\b|stomach|diarrh|constipat|dizz|headache|cough|fatigue|"
    r"tired|drows|"
    r"sedat|sleep|insomnia|upset|abdom|cramp|myalg|muscle|side.?effect|intoleran|confus|halluc|"
    r"jitter|"
    r"palpitat|tachycard|bradycard|weight|(?:leg|ankle|pedal|peripheral|foot|feet) (?:swelling|"
    r"edema)|dyspepsia|"
    r"reflux|heartburn|bleed|bruis|tremor|dry mouth|sexual|anorexia|bloat|\bgas\b|taste|hyperkal|"
    r"hypokal|"
    r"hyponat|light.?head|syncop|faint|red man|flush|infusion reaction|agitat|anxi|mood|depress|"
    r"irritab|"
    r"vaginal|yeast|thrush|photosens|joint|sweat|urinary|retention|blurred|low blood pressure|"
    r"hypotens|"
    r"elevated|lft|hypoglyc|dystoni|akathisia|restless|nightmare|out of it|loopy|felt"
)
_UNKNOWN = re.compile(
    r"^\W*(?:unknown|not known|unsure|not sure|unspecified|n/?a|nil|none(?: (?:stated|recorded|"
    r"given))?|not (?:stated|recorded|"
    r"documented|specified)|does(?: not|n't) (?:remember|know|recall)|can(?:not|'t) (?:remember|"
    r"recall)|childhood|"
    r"as a child|allergy|allergic(?: reaction)?|reaction|unable to recall|\?+)?\W*$"
)
_NOT = re.compile(
    r"\b(?:no|not|without|den(?:ies|ied))\b(?! sure| known)[^,;.]*?(?=[,;.]|\bbut\b|\bjust\b|$)"
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def reaction_kind(text: str | None) -> str:
    """Return the worst kind of reaction a text describes.

    Returns
    -------
    str
        ``anaphylaxis``, ``severe-cutaneous``, ``angioedema``, ``respiratory``, ``urticaria``,
        ``intolerance``, ``other``, or ``unknown`` for an empty text.
    """
    folded = fold(text or "").text
    if _UNKNOWN.fullmatch(folded):
        return "unknown"
    return stated_kind(folded) or "other"


def stated_kind(folded: str) -> str:
    """Return the worst kind a folded text names, or an empty text."""
    positive = _NOT.sub(" ", folded)
    for kind, pattern in _COMPILED:
        if pattern.search(positive):
            return kind
    return "intolerance" if _MILD.search(positive) else ""
