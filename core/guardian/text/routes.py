"""Where the medicine goes."""

from __future__ import annotations

import re

_NEGATED = re.compile(
    r"\b(?:not for|never(?: give)?|do not give|must not be given|fatal if given|not)\s+"
    r"(?:by |via )?(?:any )?(?:other routes?|intrathecal(?:ly)?|it|iv|intravenous(?:ly)?|"
    r"oral(?:ly)?)\b"
)
_STATED = {
    "intrathecal": r"intrathecal(?:ly)?|i ?\.?t\.?(?= (?:once|weekly|x|stat|now|day|push|inj))",
    "epidural": r"epidural(?:ly)?",
    "sublingual": r"sl|s/l|sublingual(?:ly)?|(?:under|beneath) (?:the |your )?tongue|subling",
    "buccal": r"buccal(?:ly)?|bucc|between (?:the )?cheek and gum|(?:in|inside) (?:the )?cheek",
    "vaginal": r"pv|vaginal(?:ly)?|per vagina|intravaginal(?:ly)?|into (?:the )?vagina|vag",
    "rectal": r"pr|rectal(?:ly)?|per rectum|into (?:the )?rectum|enema|enemas",
    "otic": r"au|otic|ears?|aural|ear drops?",
    "ophthalmic": r"ou|ophthalmic|opth|ophth|eyes?|ocular|intraocular|eye drops?|eyelids?|"
    r"lower lid",
    "nasal": r"nasal(?:ly)?|intranasal(?:ly)?|nostrils?|nares|nose",
    "inhaled": r"inhal(?:ed?|ation|ations|er|ers|ing)|inh|neb|nebs|nebuli[sz]\w*|nebules?|puffs?|"
    r"mdi|hfa|"
    r"dpi|diskus|respimat|ellipta|handihaler|flexhaler|turbu?o?haler|aerolizer|accuhaler|evohaler|"
    r"pressair|respiclick|redihaler|twisthaler|via spacer",
    "transdermal": r"td|transdermal(?:ly)?|patch|patches",
    "sc": r"sc|s/c|s\.c|sq|sub ?-?q|subcut|sub-cut|subcutaneous(?:ly)?|subcutaneous",
    "im": r"im|intramuscular(?:ly)?",
    "iv-push": r"ivp|iv push|(?:iv|intravenous) bolus|iv direct|slow iv push",
    "iv": r"iv|ivpb|ivf|intravenous(?:ly)?|infusion|infuse|drip",
    "oral": r"po|oral(?:ly)?|by mouth|per os|swallow(?:ed)?|ng|ngt|peg|via (?:ng|peg) tube|nj",
    "oromucosal": r"mouthwash|swish|gargle|oral (?:rinse|gel|paste|ointment)|oromucosal|"
    r"mouth ?rinse|"
    r"lozenges?|troches?",
    "topical": r"topical(?:ly)?|to (?:the )?(?:affected )?(?:skin|area|areas|scalp|face|rash)|"
    r"affected areas?",
}
_FORM = {
    "topical": r"cream|ointment|oint|gel|lotion|shampoo|foam|apply|applied|paste|lacquer",
    "rectal": r"suppositor(?:y|ies)|supp",
    "oral": r"tabs?|tablets?|caps?|capsules?|caplets?|softgels?|gelcaps?|pills?|syrup|elixir|"
    r"chewable|chew|"
    r"odt|gumm(?:y|ies)|sachets?",
    "sc": r"flexpen|flextouch|solostar|kwikpen|penfill|autoinjector",
}
_COMPILED = [
    (route, re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")) for route, pattern in _STATED.items()
]
_FORMS = [
    (route, re.compile(rf"(?<![a-z])(?:{pattern})(?![a-z])")) for route, pattern in _FORM.items()
]
_SPINE = re.compile(
    r"\b(?:mg|mcg|ug|g|ml|units)\s*(?:,\s*)?it\b(?! (?:is|was|has|will))|^\s*it\s*$"
)
_EYE_CONTEXT = re.compile(r"\b(?:gtts?|drops?|ophth\w*|eyes?|ou|os)\b")
_ONE_EYE = re.compile(r"\b(?:od|os|left eye|right eye|ou)\b")
_EAR_CONTEXT = re.compile(r"\b(?:ears?|otic|au)\b|\b(?:gtts?|drops?) (?:in )?(?:ad|as)\b")
_OS = re.compile(r"\bper os\b")
_PROLONGED = re.compile(r"^\W*pr\b(?=\s*\d)")

_OVER = (
    ("intrathecal", None),
    ("iv-push", frozenset({"iv"})),
    ("oromucosal", frozenset({"oral", "topical"})),
    ("inhaled", frozenset({"oral", "nasal"})),
    ("sublingual", frozenset({"oral", "inhaled"})),
    ("buccal", frozenset({"oral"})),
    ("vaginal", frozenset({"oral", "topical"})),
    ("rectal", frozenset({"oral", "topical"})),
    ("ophthalmic", frozenset({"topical"})),
    ("otic", frozenset({"topical"})),
    ("nasal", frozenset({"topical"})),
    ("transdermal", frozenset({"topical"})),
    ("oral", frozenset({"topical"})),
)
"""Routes that settle the matter where a weaker word stands beside them."""


def read_route(text: str, usual: str = "") -> tuple[str, str]:
    """Return the route that directions state, and a note where it is unsure.

    Parameters
    ----------
    text : str
        Folded directions.
    usual : str
        Route of the product: it counts where no route is stated, before what the form suggests.
    """
    text = _NEGATED.sub(" ", text)
    if _PROLONGED.search(text):
        text = _PROLONGED.sub(" ", text)
    stated = {route for route, pattern in _COMPILED if pattern.search(text)}
    if _SPINE.search(text):
        stated.add("intrathecal")
    if _EAR_CONTEXT.search(text):
        stated.add("otic")
    elif _ONE_EYE.search(_OS.sub(" ", text)) and _EYE_CONTEXT.search(text):
        stated.add("ophthalmic")
    if not stated and usual:
        return usual, ""
    if not stated:
        stated = {route for route, pattern in _FORMS if pattern.search(text)}
        if len(stated) > 1:
            stated.discard("topical")
    return _settled(stated)


def _settled(stated: set[str]) -> tuple[str, str]:
    if len(stated) == 1:
        return next(iter(stated)), ""
    for route, weaker in _OVER:
        if route in stated and (weaker is None or stated - {route} <= weaker):
            note = "" if weaker else _several(stated)
            return route, note
    return "", _several(stated) if stated else ""


def _several(stated: set[str]) -> str:
    return f"The line names more than one route ({', '.join(sorted(stated))})."
