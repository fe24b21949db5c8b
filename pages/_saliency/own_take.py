"""A network and a picture of one's own: the contract, the files, and what is wrong with them."""

from __future__ import annotations

import hashlib

import streamlit as st

from core.saliency import LIMIT_MB, METHODS, Classifier, Scale, Subject, own, picture_subject
from pages._saliency import asked, choose, kept, take
from pages._saliency.words import SYSTEM

SIDES = (16, 512)
KEY = f"{SYSTEM}.own"


def contract() -> None:
    """Say what a network must be like."""
    empty = st.session_state.get(f"{KEY}.network") is None
    with st.expander("What a network must be like", icon=":material/rule:", expanded=empty):
        st.markdown(
            f"- One ONNX file of at most {LIMIT_MB} MB that holds its weights, with the operators "
            "of ai.onnx alone and without loops, branches or chance.\n"
            "- One input of 32-bit numbers, (n, 1 or 3, side, side): a square picture. A grey "
            "picture is put in once or three times.\n"
            "- One output (n, classes), or one named `logits`: logits, or probabilities that sum "
            "to one. At least two classes.\n"
            "- The same picture must get the same answer, whatever else is asked with it."
        )
        st.markdown(
            "The file is opened in a process of its own that is ended if it hangs. An ONNX file "
            "answers and no more, so methods that need gradients or layers are refused."
        )


def ask() -> asked.Question | None:
    """Ask for network, picture, method and class; ``None`` while a file is missing.

    Raises
    ------
    InputError
        If network or picture cannot be used.
    """
    first, second = st.columns(2)
    with first:
        model = st.file_uploader("Network (ONNX)", type=["onnx"], max_upload_size=LIMIT_MB,
                                 key=f"{KEY}.network")  # fmt: skip
    with second:
        image = st.file_uploader("Picture: PNG, JPEG, TIFF or DICOM",
                                 max_upload_size=take.MAX_MB, key=f"{KEY}.image")  # fmt: skip
    size, scale, labels = _how()
    if model is None or image is None:
        st.info("Network and picture stay in this session's memory; nothing is stored.",
                icon=":material/info:")  # fmt: skip
        return None
    content, how = model.getvalue(), (size, scale, labels)
    digest = hashlib.sha256(content).hexdigest()[:12]

    def network() -> Classifier:
        with st.spinner("Examining the network in a process of its own"):
            return own(model.name, content, size=size, scale=scale, labels=labels)

    asked_of = kept.once(("own", digest, how), network)

    def subject() -> Subject:
        return picture_subject(image.name, image.getvalue(), asked_of)

    put = kept.once(("own subject", digest, how, image.file_id), subject)
    picture = take.Picture("film", f"{image.file_id}-{how}", image.name)
    third, fourth = st.columns(2)
    with third:
        method = choose.method(asked_of)
    with fourth:
        label = choose.label(put, METHODS[method], f"own.{digest}")
    return asked.Question(picture, None, method, label, put)


def _how() -> tuple[int | None, str, tuple[str, ...]]:
    """Ask for what the file does not say."""
    first, second, third = st.columns(3, vertical_alignment="bottom")
    with first:
        scale = st.selectbox("It takes black and white as", [str(one) for one in Scale],
                             key=f"{KEY}.scale")  # fmt: skip
    with second:
        size = st.number_input("Side of the picture, if the file leaves it open", *SIDES, None,
                               key=f"{KEY}.size")  # fmt: skip
    with third:
        names = st.text_input("Names of the classes, with commas between", key=f"{KEY}.labels",
                              placeholder="normal, pneumonia")  # fmt: skip
    given = tuple(name.strip() for name in (names or "").split(",") if name.strip())
    return None if size is None else int(size), str(scale), given
