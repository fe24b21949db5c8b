"""Checks that need no network: what a file says of itself, its size, its colour, its contrast."""

from __future__ import annotations

import re

import numpy as np

from core.respiratory.schema import Check, Pixels, Radiograph
from core.viz.text import number, percent

SMALLEST_SIDE = 64
RATIO_ATTENTION, RATIO_REFUSE = (
    2.0,
    3.5,
)  # the longest of the 4,070 films is 3.2 times as high as wide
COLOUR_ATTENTION, COLOUR_REFUSE = 0.005, 0.2
LOOKED_AT = 256
BLANK = 0.05  # grey values between the 1 % and the 99 % quantile

RADIOGRAPHY = frozenset({"CR", "DX", "RG"})
UNSAID = frozenset({"", "OT", "SC"})  # "other" and "secondary capture" may hold anything
FRONTAL = frozenset({"AP", "PA", "FRONTAL"})
SIDEWAYS = frozenset(
    {"LL", "RL", "LAT", "LATERAL", "LAO", "RAO", "LPO", "RPO", "LLO", "RLO", "OBLIQUE", "OBL"}
)
CHEST_WORDS = ("CHEST", "THORAX", "TORAX", "LUNG")
# Body Part Examined, DICOM PS3.16 annex L, as far as plain films are made of them.
OTHER_PARTS = frozenset(
    """ABDOMEN ANKLE ARM BREAST CALCANEUS CLAVICLE COCCYX CSPINE ELBOW EXTREMITY EYE FEMUR FINGER
    FOOT FOREARM HAND HEAD HEEL HIP HUMERUS JAW KNEE LEG LSPINE MANDIBLE MAXILLA NECK ORBIT PATELLA
    PELVIS RADIUS SACRUM SCAPULA SHOULDER SKULL SPINE TEETH TIBIA TOE TSPINE TLSPINE ULNA WHOLEBODY
    WRIST""".split()  # noqa: SIM905 - a table of words is easier to check than a list
)


def declared(radiograph: Radiograph) -> tuple[Check, ...]:
    """Return the checks of a decoded image that need no network."""
    return (
        modality(radiograph.modality),
        body_part(radiograph.body_part),
        view(radiograph.view),
        size(radiograph.width, radiograph.height),
        colour(radiograph.colour),
        blank(radiograph.pixels),
    )


def modality(stated: str) -> Check:
    """Refuse what DICOM calls anything but plain radiography."""
    code = stated.strip().upper()
    if code in RADIOGRAPHY:
        return Check("modality", "ok", f"The file states modality {code}: plain radiography.")
    if code in UNSAID:
        return Check("modality", "ok", "The file does not state how the image was made.")
    return Check(
        "modality",
        "refuse",
        f"The file states modality {_shown(code)}, not plain radiography (CR or DX). "
        "Give a plain chest film.",
    )


def body_part(stated: str) -> Check:
    """Refuse what DICOM says is of another part of the body."""
    part = stated.strip().upper()
    if any(word in part for word in CHEST_WORDS):
        return Check("body part", "ok", f"The file states body part {_shown(part)}.")
    if not part:
        return Check("body part", "ok", "The file does not state the body part.")
    if re.sub(r"[^A-Z]", "", part) in OTHER_PARTS:
        text = f"The file states body part {_shown(part)}, not CHEST. Give a chest film."
        return Check("body part", "refuse", text)
    text = (
        f"The file states body part {_shown(part)}, which is not known here. Check it is a chest."
    )
    return Check("body part", "attention", text)


def view(stated: str) -> Check:
    """Refuse a lateral or oblique view."""
    words = set(re.findall(r"[A-Z]+", stated.upper()))
    if words & SIDEWAYS:
        return Check(
            "view",
            "refuse",
            f"The file states view {_shown(stated)}, which is not frontal. Give the PA or AP film.",
        )
    if words & FRONTAL:
        return Check("view", "ok", f"The file states view {_shown(stated)}: frontal.")
    if not words:
        return Check("view", "ok", "The file does not state the view.")
    text = f"The file states view {_shown(stated)}, which is not known here. Check it is frontal."
    return Check("view", "attention", text)


def size(width: int, height: int) -> Check:
    """Refuse an image of a few pixels or of a shape that no film has."""
    short, long = sorted((width, height))
    if short < SMALLEST_SIDE:
        text = (
            f"The image is {width} x {height} pixels. "
            f"Give a film of at least {SMALLEST_SIDE} x {SMALLEST_SIDE}."
        )
        return Check("size", "refuse", text, float(short))
    ratio = long / short
    shape = f"The image is {width} x {height} pixels, {number(ratio)} times as long as wide"
    if ratio > RATIO_REFUSE:
        return Check("size", "refuse", f"{shape}. Give one whole chest film.", ratio)
    if ratio > RATIO_ATTENTION:
        return Check("size", "attention", f"{shape}; it is squashed to a square.", ratio)
    return Check("size", "ok", f"The image is {width} x {height} pixels.", float(short))


def colour(share: float) -> Check:
    """Refuse a colour picture; mention coloured marks."""
    if share >= COLOUR_REFUSE:
        text = (
            f"{percent(share)} of the pixels have a colour; a radiograph is grey. "
            "Give the film itself, not a photograph or screenshot of it."
        )
        return Check("colour", "refuse", text, share)
    if share >= COLOUR_ATTENTION:
        text = f"{percent(share)} of the pixels have a colour, as drawn marks do; it is left out."
        return Check("colour", "attention", text, share)
    return Check("colour", "ok", "The image is grey.", share)


def blank(pixels: Pixels) -> Check:
    """Refuse an image without contrast."""
    step = max(max(pixels.shape) // LOOKED_AT, 1)  # a large film has enough pixels without most
    low, high = np.quantile(pixels[::step, ::step], [0.01, 0.99])
    spread = float(high - low)
    if not spread >= BLANK:
        text = (
            "The image is blank: nearly all pixels have one grey value. "
            "Check the file, and the window of a DICOM file."
        )
        return Check("blank", "refuse", text, spread)
    return Check("blank", "ok", "The image has contrast.", spread)


def _shown(text: str) -> str:
    """Return a text of the file, short enough for a sentence."""
    stated = " ".join(text.split())
    return stated if len(stated) <= 40 else f"{stated[:39]}…"
