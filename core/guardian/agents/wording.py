"""Words the gate knows: those that take an alert back, and those that report one.

The gate reads English. Whatever is not English fails for want of known words.
"""

from __future__ import annotations

import re

from core.guardian.text.vocabulary import listed

SHORTEST = 3
"""Letters that a word keeps when it loses its ending."""

TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?")

DENYING = listed(
    """
    absent accept acceptable accepted allow allowed allows approve approved approves benefit
    benefits benign best better brief briefly clear cleared clearly clears compatible continue
    continued continues continuing doubt easily easy effective enough error errors exaggerated
    exception exceptions exclude excluded excludes false favour favours fine free freely good
    hardly harmless healthy help helps ignore ignored improve improves just lack lacking lacks
    little marginal merely mild milder minimal mistake negligible normal normally ok okay omit
    only optional ordinary outweigh outweighed outweighs overridden override pass passes
    permitted proof protect protected protects proven rare rarely ready reassuring recover
    recovers recovery relax reliable restart restarted resume resumed reversible routine
    routinely safe safely safer safety single skip slight slightly small smaller stable
    temporary theoretical theory tolerable tolerate tolerated tolerates transient trivial
    uncommon unconfirmed unimportant unlikely unnecessary unproven usual usually welcome well
    wrong wrongly
    """
)
"""Never in a model's own sentence: they make light of an alert, or promise something."""

NEGATING = listed(
    "no not never none nothing neither nor without cannot can't don't doesn't isn't aren't won't "
    "needn't shouldn't wasn't weren't n't nobody nowhere hardly barely"
)

CITING = listed(
    """
    according evidence expert experts fda guidance guideline guidelines journal label labelled
    labels literature published registries registry review reviews studied studies study trial
    trials
    """
)
"""Sources belong to the alerts; a model has none of its own."""

AMOUNTS = listed(
    """
    capsule capsules daily double doubled doubles doubling eight fifty five four g half halve
    halved halves hourly hundred mcg mg ml nine percent quarter quarters seven six tablet
    tablets ten third thirty thousand three thrice triple twelve twenty twice units weekly
    """
)
"""Only where the rules of this review have them."""

REPORTING = listed(
    """
    a about above act acts affect affects after again against alert alerts also although among
    an and are as ask asked at attention avoid avoided be because become becomes between bleed
    bleeding blood both but by can cause caused causes causing check checked clinically
    clinician combination combinations combine combined concern concerns consider considered
    considers contact contraindicated could critical danger dangerous decided do doctor does
    drug drugs during each effect effects either especially finding findings follow for found
    from further get gets give given gives giving happen happens harm harmful has have having
    heart here high higher how if important in incomplete increase increased increases inform
    instead interact interaction interactions interacts interrupt into is it its itself keep
    kidney kidneys known lead leading leads life likely list lists look lower lowers made major
    make makes management may mean means measure medication medications medicine medicines might
    minor missing moderate monitor monitoring more most mostly must named need needs not of on
    one or over pair pairs patient patient's patients pharmacist possible prescriber pressure
    problem problems raise raised raises reach reason reasons reduce reduced reduces remain
    remains result results risk risks rule rules say says see serious seriously severe severity
    should since so some soon speak stated stop such take taken taking team than that the their
    them then there therefore these they this those threatening through thus to together too
    toxicity two unknown use used uses using very via warn warning warnings was watch what when
    where whether which while who whose why with within would you your
    """
)

SPOILING = listed(
    """
    almost although as been before but could except formerly if instead less might nearly once
    or perhaps possible possibly rather than though unless until was were when while would
    """
)
"""Not beside a severity: they take it back, or make it depend on something."""

ABOUT_ALERTS = listed("alert alerts warning warnings finding findings rule rules check severity")
CHANGING = listed(
    """
    change changed changes close closed correct corrected done end ended interrupt interrupted
    late lift lifted lower lowered lowers old outdated past pause paused reduce reduced remove
    removed removes replaced resolved reverse reversed settle settled stop stopped stops test
    tested undo undoes vanish withdraw withdrawn
    """
)
"""Not beside ``ABOUT_ALERTS``: only the rules raise and end alerts."""

_NAMED = r"(?:both|together|them|these|those|it|this|the|two|DRUG|all|your)"
_USE = (
    "(?:take|give|use(?! of)|combine|prescribe|continue|start|restart|resume|keep|add|administer|"
    "inject|swallow|choose|prefer|go|leave|let|increase|double|double up on)"
)
ENCOURAGING = re.compile(
    rf"\b{_USE} (?:\w+ )?{_NAMED}\b"
    r"|\b(?:can|may|could|should|might|will|to) (?:\w+ )?be (?:\w+ )?"
    r"(?:given|used|taken|combined|continued|started|prescribed|added|kept|restarted)\b"
    r"|\bgo(?:es)? (?:on|ahead|together)\b"
    rf"|\b(?:need|needs|require|requires|want|wants|consider|try) (?:\w+ )?{_NAMED}\b"
    r"|\b(?:both|they|these|DRUG) (?:\w+ )?(?:stays?|remains?|continues?|goe?s?)\b"
)
"""What invites to take the medicines; warnings are cut out before it is looked for."""

STOPPING = re.compile(
    rf"\b(stop|withdraw|discontinue|withhold|hold|pause|halve|taper|switch|replace) "
    rf"(?:\w+ )?{_NAMED}\b"
    r"|\b(?:must|should|may|can|could) be (stopped|withdrawn|discontinued|withheld|held|paused|"
    r"halved|tapered|switched|replaced|changed|removed)\b"
)
"""What asks to stop a medicine: right only where the rules use the same word."""

LESSENING = re.compile(
    r"\b(?:risks?|dangers?|harm|concerns?|bleeding|effects?)\b.*"
    r"\b(?:low|lower|lowers|lowered|less|reduced|reduces|weak|weaker|short|falls)\b"
    r"|\b(?:low|lower|less|reduced|weak|short|little)(?: \w+)? (?:risk|danger|harm|concern)s?\b"
    r"|\b(?:blocks?|decreases?|ends?|inhibits?|limits?|lowers?|reduces?|slows?|stops?|treats?) "
    r"(?:\w+ ){0,2}(?:bleed\w*|risks?|harm|dangers?|toxicity|effects?)\b"
    r"|\b(?:at|for|needs?|only|with) (?:very |only )?(?:high|higher|large|larger) doses?\b"
    r"|\b(?:doses?|amounts?) (?:is|are) (?:low|lower|small)\b"
    r"|\bminor (?!alert|:|warning|finding)\w+"
    r"|\b(?:for|about|in) (?:others|children|the record)\b|\bother patients\b|\ball patients\b"
    r"|\b(?:can|could|may) be treated\b|\bmore important\b|\bneeds? (?:months|years)\b"
)
"""What lets harm look smaller."""

FACTS = re.compile(
    r"\b(?:patient|person|he|she|doctor|prescriber|pharmacist|clinician|specialist|team)s? "
    r"(?:already |now |also )?(?:is|are|has|have|had|was|were|does|did|takes|took|knows|agrees|"
    r"says|said|wants|needs|can|decides|chooses)\b(?! at (?:\w+ )?risk| monitoring)"
)
"""What is said of people: nothing of the kind was told."""

FORBIDDING = re.compile(
    r"\b(?:do|does|must|should|may|can) ?not (?:be )?(?:\w+ly )?"
    r"(?:combined?|co-?administer(?:ed)?|used?|given?|taken?|take|started?|prescribed?|continued?|"
    rf"added?)(?: {_NAMED})?(?=\W|$)"
    r"|\b(?:avoid|stop) (?:giving|taking|using|combining|the use of)?"
)
"""Warnings that hold a negation."""

OPEN = re.compile(
    r"\bnot everything could be checked\b|"
    r"\b(?:is|are|was|were) not (?:stated|known|given|recognised)\b"
    r"|\b(?:could|can) ?not be (?:checked|decided|read|recognised)\b"
)
"""How a gap is named."""

REPORTED = re.compile(r"\b(?:was|were|is|are|has been|have been) (?:found|raised|named)\b")
"""What is left out before ``SPOILING`` is looked for."""

SEVERE_WORD = re.compile(
    r"\b(contraindicated|moderate|minor|major)\b"
    # Major bleeding is an effect, not the severity of an alert.
    r"(?!(?<=major) (?:bleed|blood|ha?emorrhag|surg|depress|malform|birth|congenital|organ|arter))"
)


def stem(word: str) -> str:
    """Return a word without the endings that number and tense give it."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def tokens(text: str) -> list[str]:
    """Return the words of a text, in small letters."""
    return TOKEN.findall(text.lower())
