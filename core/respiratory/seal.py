"""Fit, measure and seal: from a folder of networks and predictions to the shipped model folder."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

from core import artifacts
from core.respiratory.card_text import card_text, network_card_text
from core.respiratory.decision import OPERATING
from core.respiratory.evaluate.card import build_card
from core.respiratory.evaluate.fit import METHODS, fit_operating
from core.respiratory.evaluate.table import PREDICTIONS, read_films
from core.respiratory.provenance import INTENDED_USE, SOURCES, TRUNKS
from core.respiratory.schema import NETWORK_NAMES, SINGLE

CARD, CARD_TEXT = "card.json", "card.md"


def seal_models(folder: Path, created: datetime.date) -> artifacts.Artifact:
    """Write operating points and cards of a trained folder, and seal every file in it.

    The result depends on the folder's files and the date alone.

    Parameters
    ----------
    folder : Path
        ``<root>/respiratory/<version>`` with the networks and ``predictions.csv``. Other tables
        of predictions, ``networks.json`` and ``study.json`` are used where present.
    created : date
        Declared date of the training.

    Raises
    ------
    InputError
        If the predictions cannot be used.
    NotEnoughDataError
        If a finding has no validation film.
    """
    films = read_films(folder / PREDICTIONS)
    points = fit_operating(films.part("val"))
    networks = {str(one): point.to_dict() for one, point in points.items()}
    artifacts.write_json(folder / OPERATING, {"networks": networks, "method": METHODS})
    card = build_card(folder, films, points)
    artifacts.write_json(folder / CARD, card)
    (folder / CARD_TEXT).write_bytes(card_text(card).encode())
    for network in SINGLE:
        text = network_card_text(card, network)
        (folder / f"{network}.md").write_bytes(text.encode())
    return artifacts.seal(folder, _meta(folder), created)


def _meta(folder: Path) -> dict[str, Any]:
    digest = hashlib.sha256((folder / PREDICTIONS).read_bytes()).hexdigest()
    return {
        "intended_use": INTENDED_USE,
        "models": [NETWORK_NAMES[one] for one in SINGLE],
        "data": {
            "predictions_sha256": digest,
            "licences": {source["Data"]: source["Licence"] for source in SOURCES},
        },
        "pretrained": {trunk["Network"]: trunk["Licence"] for trunk in TRUNKS},
    }
