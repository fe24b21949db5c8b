"""Model cards: their audits are what the audit says of the stored predictions today."""

from __future__ import annotations

import pytest

from core import breast_cancer, cardiosense, trust
from pages._shared import models

SYSTEMS = {"cardiosense": cardiosense, "breast_cancer": breast_cancer}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_card_holds_the_audit_of_every_model(system):
    verbs = SYSTEMS[system]
    stored, now = verbs.card()["audit"], trust.audits(verbs.held_out())
    assert set(stored) == set(now)
    for key, one in now.items():
        assert stored[key]["verdict"] == one["verdict"]
        for there, here in zip(stored[key]["checks"], one["checks"], strict=True):
            assert (there["id"], there["status"], there["n"]) == (
                here["id"],
                here["status"],
                here["n"],
            )
            if here["estimate"] is None:
                assert there["estimate"] is None
            else:
                assert there["estimate"] == pytest.approx(here["estimate"], rel=1e-6)
    section = "\n".join(trust.audit_section(stored))
    assert section in verbs.card_markdown()


def test_every_model_of_the_suite_can_be_audited_by_its_key():
    keys = [one.key for one in models.held_out()]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert models.find(key).key == key
        assert models.predictions(key).n == len(models.find(key).y)
