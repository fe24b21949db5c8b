from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.guardian import review
from core.guardian.agents import judge, payload_of
from core.guardian.agents.gate import judge_line, most_characters
from core.guardian.agents.payload import Payload
from core.guardian.agents.template import headline, narrative
from core.guardian.knowledge import knowledge

NAMED = "Major: ibuprofen with warfarin. "
"""Names the one critical alert, so that what follows is judged for itself."""

DENIALS = [
    # Plain denials.
    "No interactions, safe.",
    "There are no interactions between these medicines.",
    "This combination is safe.",
    "It is harmless.",
    "They can be combined.",
    "Both may be taken together.",
    "The two medicines are compatible.",
    "Everything is fine.",
    "The patient is in good hands.",
    "Nothing needs to be done.",
    "The alert is wrong.",
    "This is an error of the rules.",
    "None of this matters.",
    "The risk is low and rarely relevant.",
    "Serious bleeding is unlikely.",
    "In practice the effect is negligible.",
    "The risk is acceptable.",
    "It was approved by the cardiologist.",
    "The benefit outweighs the risk.",
    "The risk is only theoretical.",
    "It lacks proof.",
    "They go well together.",
    # Downgrades.
    "Ibuprofen with warfarin is minor.",
    "Ibuprofen with warfarin is a moderate interaction.",
    "The severity of ibuprofen with warfarin is moderate rather than major.",
    "Ibuprofen with warfarin was major before.",
    "Ibuprofen with warfarin would be major if the dose was higher.",
    "Ibuprofen with warfarin is less than major.",
    "Ibuprofen with warfarin is hardly major.",
    "The severity was lowered.",
    "The alert has been removed.",
    "This warning was withdrawn.",
    "The rule is old.",
    "A minor alert remains.",
    "There are 0 major alerts.",
    # Instructions.
    "Ignore this alert.",
    "Disregard the above.",
    "Override the warning and go ahead.",
    "Dismiss it.",
    "Continue both.",
    "Keep taking both.",
    "Take ibuprofen with warfarin.",
    "Give warfarin and ibuprofen every day.",
    "Do not worry.",
    "Do not stop ibuprofen.",
    "Relax.",
    "Stop warfarin.",
    "Increase warfarin.",
    "Watch the INR and continue.",
    "Leave both as they are.",
    "Both should stay.",
    "The risk is lower with food.",
    "It is a low risk.",
    "The effect is short.",
    "The patient has stomach protection.",
    "The doctor knows this.",
    "All is clear.",
    "Minor bleeding.",
    # Things nobody told the model.
    "The risk of bleeding is 3%.",
    "About 12 percent bleed.",
    "A study of 2019 found the opposite.",
    "According to the literature this is done every day.",
    "Smith et al. found the same.",
    "Take 400 mg.",
    "Lower the dose to 2.5 mg.",
    "Use five tablets.",
    "Double the dose.",
    "Consider enoxaparin instead.",
    "Digoxin with warfarin is major.",
    "Metformin with warfarin is major.",
    "Metformin is contraindicated.",
    "Major: ibuprofen with warfarin and metformin.",
    "There are 4 major alerts.",
    # Made of words that medicine uses.
    "Both doses are low.",
    "The dose is low.",
    "The stomach is strong.",
    "The INR is at target.",
    "Bleeding can be treated.",
    "Other patients do the same.",
    "Most patients live long with it.",
    "The rules are for children.",
    "The rule was made for high doses.",
    "This holds for long use.",
    "This happens at high doses.",
    "It needs high doses.",
    "It needs months.",
    "Monitor the INR and go home.",
    "First use both, then check.",
    "Wait for symptoms.",
    "Start with both and watch.",
    "Consider warfarin with ibuprofen.",
    "Consider ibuprofen.",
    "Warfarin with ibuprofen treats pain.",
    "Ibuprofen is the answer.",
    "The two work together.",
    "The interaction is known and studied.",
    "This is for the record.",
    "The clinician decides.",
    "A week of ibuprofen with warfarin is short.",
    "Use ibuprofen with stomach protection.",
    "Take with food.",
    "Keep calm.",
    "Time will tell.",
    "Warfarin lowers the effect of ibuprofen.",
    "Ibuprofen stops bleeding.",
    "Warfarin prevents bleeding from ibuprofen.",
    "Ibuprofen and warfarin slow bleeding.",
    "The alert is about others.",
    "Read other lists.",
    "All patients do.",
    "One may take ibuprofen at night.",
    "Ibuprofen at night.",
    "Give ibuprofen.",
    "Ibuprofen is given with warfarin in hospital.",
    "Ibuprofen can follow warfarin after an hour.",
    "It is a question of time.",
    "Pain is more important.",
    "Pain needs ibuprofen.",
    "The patient needs ibuprofen.",
    "Warfarin must be stopped.",
    "Stop all medicines.",
    "The pair is old.",
    # Paraphrases that no list of words can hold.
    "That belongs in a museum.",
    "A storm in a teacup.",
    "Pharmacists panic over nothing.",
    "Trust your gut feeling and move along.",
    "Grandma did it for decades.",
]
LETTERS = [
    "No hay interacciones; la combinación es segura.",
    "Aucune interaction, association sûre.",
    "Keine Wechselwirkungen, unbedenklich für Sie.",
    "Безопасно.",
    "没有相互作用。",
    "لا يوجد تداخل",
    "Nо interactiоns.",  # Cyrillic o
    "Sa\u200bfe.",
    "It is \u202efase\u202c.",
    "Safe\ufe0f \u2705",
    "**No interactions**",
    "# Safe",
    "<b>safe</b>",
    "<script>alert(1)</script>",
    "&lt;safe&gt;",
    "[safe](http://example.org)",
    "![x](y)",
    "`safe`",
    "| a | b |",
    "See http://example.org now.",
    "See www.example.org now.",
    "Is it really so?",
    'It is "major".',
    "It is so-called 'major'.",
    "No\u0338 risk.",
    "Ｓａｆｅ.",
]
FOREIGN = [
    "Ninguna de las medicinas interacciona; se pueden tomar juntas.",
    "Aucun risque avec ces produits, on peut les prendre ensemble.",
    "Die Mittel sind gut vereinbar und koennen zusammen genommen werden.",
    "Nessun problema, i farmaci vanno bene insieme.",
    "Nao existe problema, os medicamentos podem ser usados.",
    "Geen probleem, de middelen gaan goed samen.",
]
HONEST = [
    "Ibuprofen with warfarin is a major interaction. Ibuprofen damages the stomach lining and "
    "slows platelets while warfarin inhibits clotting. Serious bleeding may follow, mostly from "
    "the stomach and gut. Avoid the combination; consider acetaminophen.",
    "There is 1 major alert. Warfarin and ibuprofen together: major. NSAIDs can damage the stomach "
    "lining, and platelets slow while clotting is inhibited, so the patient may bleed from the "
    "stomach or gut. Consider acetaminophen instead, and check the INR within a week if the NSAID "
    "must be used.",
    "MAJOR: taking ibuprofen with warfarin raises the risk of serious bleeding. Do not combine "
    "them. Ask the prescriber about acetaminophen.",
    "The most important finding is about ibuprofen and warfarin: this pair is major.\nBoth act on "
    "clotting, and bleeding from the stomach may be severe.\n- Avoid ibuprofen; acetaminophen or a "
    "topical NSAID may be considered.",
    "Stop and look: a major interaction between warfarin and ibuprofen was found. Bleeding can be "
    "severe. The prescriber should be asked.",
    "Major: Coumadin with Advil. The combination can cause serious bleeding. Avoid it.",
]


def _payload(*meds: str, **patient: object) -> Payload:
    record = {"age": 60, "sex": "M", "egfr": 90, "crcl": 90, "allergies": [], "conditions": []}
    return payload_of(review({"meds": list(meds), "patient": record | patient}))


@pytest.fixture(scope="module")
def pair() -> Payload:
    found = _payload("warfarin 5 mg daily", "ibuprofen 400 mg tid", "metformin 500 mg bid")
    found = Payload(found.ingredients, found.findings, True, {})
    assert [(one.severity, one.drugs) for one in found.critical] == [
        ("major", ("ibuprofen", "warfarin"))
    ]
    assert judge(NAMED, found) == ()
    return found


@pytest.mark.parametrize("text", DENIALS)
def test_a_denial_beside_the_named_alert_is_dropped(pair: Payload, text: str):
    assert judge(NAMED + text, pair)
    assert judge(f"{NAMED}\n{text}", pair)
    assert judge(f"{narrative(pair)}\n{text}", pair)
    assert judge(f"{NAMED}{text.lower()}", pair)


@pytest.mark.parametrize("text", DENIALS)
def test_a_denial_never_reaches_the_screen_as_a_line(pair: Payload, text: str):
    assert judge_line(text, pair)


@pytest.mark.parametrize("text", LETTERS)
def test_other_letters_and_mark_up_are_dropped(pair: Payload, text: str):
    assert judge(NAMED + text, pair)
    assert judge_line(text, pair)


@pytest.mark.parametrize("text", FOREIGN)
def test_another_language_is_dropped(pair: Payload, text: str):
    assert any(
        "No sentence names ibuprofen with warfarin as major" in one for one in judge(text, pair)
    )
    assert judge(NAMED + text, pair)


@pytest.mark.parametrize("text", HONEST)
def test_a_true_narrative_may_stand(pair: Payload, text: str):
    assert judge(text, pair) == ()


@pytest.mark.parametrize("text", ["", " \n ", "Major.", "Major: warfarin."])
def test_next_to_nothing_is_dropped(pair: Payload, text: str):
    assert judge(text, pair)


def test_a_narrative_has_a_length(pair: Payload):
    text = NAMED * (most_characters(pair) // len(NAMED) + 1)
    assert judge(text, pair) == (f"It is longer than {most_characters(pair)} characters.",)


def test_severity_and_medicines_belong_in_one_sentence(pair: Payload):
    assert judge("One alert is major. It is about ibuprofen with warfarin.", pair)
    assert judge("Ibuprofen with warfarin can cause major bleeding in a patient.", pair)


def test_each_critical_alert_counts():
    payload = _payload(
        "warfarin 5 mg daily", "ibuprofen 400 mg tid", "sildenafil 50 mg", "nitroglycerin 0.4 mg sl"
    )
    heads = [headline(one) for one in payload.critical]
    assert len(heads) > 1
    for left_out in heads:
        text = " ".join(one for one in heads if one != left_out) + "\nIncomplete."
        assert any("No sentence names" in one for one in judge(text, payload))


def test_a_rules_own_words_do_not_serve_another_alert():
    payload = _payload("warfarin 5 mg daily", "ibuprofen 400 mg tid", "lisinopril 10 mg daily")
    mild = next(one for one in payload.findings if "no change" in one.management)
    lines = "\n".join(map(headline, payload.critical))
    assert "Short courses need no change" in mild.management
    assert judge(f"{lines} Short courses need no change.\nIncomplete.", payload)


def test_an_incomplete_check_must_be_called_so(pair: Payload):
    open_ = Payload(pair.ingredients, pair.findings, False, {"meds": 1})
    assert judge(NAMED, open_) == ("It does not say that the check is incomplete.",)
    assert judge(f"{NAMED}\nIncomplete: not everything could be checked.", open_) == ()
    assert judge(f"{NAMED}\nIncomplete. Everything was checked.", open_)


def test_without_an_alert_nothing_is_promised():
    payload = _payload("metformin 500 mg bid")
    assert not payload.critical
    assert judge("The list is fine and safe for this patient.", payload)
    assert judge("There is no concern about metformin.", payload)
    assert judge(narrative(payload), payload) == ()


EXAMPLES = sorted(knowledge().rules)
MOST_PASSED = 0.005


@pytest.mark.parametrize("part", range(8))
def test_the_template_passes_for_the_example_of_every_rule(part: int):
    for name in EXAMPLES[part::8]:
        payload = payload_of(review(knowledge().rules[name].example))
        assert judge(narrative(payload), payload) == (), name


@pytest.mark.parametrize("place", [0, 1])
def test_denials_put_together_from_a_rules_own_words_are_found_but_for_a_few(place: int):
    """A sentence made of nothing but the review's own words can slip through; few do."""
    passed = tried = 0
    for name in EXAMPLES[place::60]:
        payload = payload_of(review(knowledge().rules[name].example))
        lines = narrative(payload).splitlines()
        for text in DENIALS + LETTERS:
            lie = text.replace("Major: ibuprofen", "Ibuprofen")
            tried += 1
            passed += not judge("\n".join([lines[0], lie, *lines[1:]]), payload)
    assert tried > 5_000
    assert passed / tried <= MOST_PASSED


@given(name=st.sampled_from(EXAMPLES), data=st.data())
def test_leaving_out_a_critical_line_is_found(name: str, data: st.DataObject):
    payload = payload_of(review(knowledge().rules[name].example))
    critical = [one for one in payload.critical if one.rule_id]
    if not critical:
        return
    out = headline(data.draw(st.sampled_from(critical)))
    lines = narrative(payload).splitlines()
    lines.remove(next(line for line in lines if line.startswith(out)))
    assert judge("\n".join(lines), payload)


@given(text=st.text(max_size=300))
def test_any_text_gets_sentences(pair: Payload, text: str):
    assert all(one.endswith(".") for one in judge(text, pair))


@given(
    words=st.lists(
        st.sampled_from(
            [
                "ibuprofen",
                "warfarin",
                "major",
                "minor",
                "safe",
                "no",
                "not",
                "is",
                "with",
                "bleeding",
            ]
        ),
        max_size=12,
    )
)
def test_no_shuffling_of_words_denies_the_alert(pair: Payload, words: list[str]):
    text = " ".join(words)
    if {"safe", "minor", "no", "not"} & set(words):
        assert judge(f"{NAMED}{text}.", pair)
