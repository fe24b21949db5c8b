"""The chain of entries: the last ones, whether they stand, and what a change of one byte does."""

from __future__ import annotations

import dataclasses

import streamlit as st

from core.audit import Entry, Verification, canonical_json
from core.audit.chain import Checkpoint, verify
from core.guardian import CHECK, OVERRIDE
from pages._guardian import logged
from pages._shared import results, tables, trail
from pages._shared.results import escaped

LAST = 20
SHOWN = 9
"""Characters of a changed entry that are shown: the first key, and never a value."""
HASH = 64
CUT = "Cut off the last entry"
CHANGE = "Change one byte"


def show(entries: list[Entry], start: Checkpoint | None) -> None:
    """Show the entries with their verification and the demonstration.

    Parameters
    ----------
    entries : list of Entry
        The whole log.
    start : Checkpoint or None
        What was purged before the first entry.
    """
    if not entries:
        st.info("The log holds no entry yet.", icon=":material/info:")
        return
    tables.show(
        [
            {
                "No.": one.seq,
                "Time (UTC)": one.at,
                "Event": one.event,
                "Content": told(one),
                "Hash": one.hash[:12],
                "Follows": one.previous[:12],
            }
            for one in reversed(entries[-LAST:])
        ],
        alt="The last entries of the log.",
        column_config={"Content": st.column_config.TextColumn(width="large")},
    )
    shown = min(LAST, len(entries))
    st.caption(f"Entries shown: the last {shown} of {len(entries)}.")
    _verified(entries)
    if verify(entries, start=start).ok:
        _tampered(entries, start)


def told(entry: Entry) -> str:
    """Return what may be shown of an entry to whoever opens the page: no value, no comment."""
    if entry.event not in (CHECK, OVERRIDE):
        return "of another system"
    try:
        data = entry.data()
        for outcome in data.get("outcomes", ()):
            outcome.pop("comment", None)
    except (ValueError, TypeError, AttributeError):
        # Whoever altered an entry need not have left JSON.
        return "cannot be read"
    return canonical_json(data)


def _verified(entries: list[Entry]) -> None:
    st.subheader("Does it stand?", anchor=False)
    anchor = st.text_input(
        "Head noted earlier (optional)",
        max_chars=HASH,
        key="guardian.anchor",
        placeholder="64 hexadecimal digits",
        help="The chain alone cannot show that its end was cut off. A head noted elsewhere can: it "
        "must still be in the chain.",
    ).strip()
    if st.button("Verify", icon=":material/verified:", type="primary", key="guardian.verify"):
        head = anchor.lower() or None
        answer(trail.log().verify(head) if logged.in_log() else verify(entries, head))
    st.caption(f"The head now, to be noted elsewhere: `{entries[-1].hash}`")


def answer(found: Verification) -> None:
    """Show what a verification found."""
    results.badge("ok" if found.ok else "critical", "Stands" if found.ok else "Does not stand")
    st.markdown(escaped(found.reason))


def _tampered(entries: list[Entry], start: Checkpoint | None) -> None:
    st.subheader("What if somebody changes it?", anchor=False)
    st.markdown("Tried on a copy in memory; the log is not touched.")
    left, right = st.columns(2, vertical_alignment="bottom")
    what = left.segmented_control(
        "Change", [CHANGE, CUT], default=CHANGE, required=True, key="guardian.tamper"
    )
    seq = right.number_input(
        "Entry",
        entries[0].seq,
        entries[-1].seq,
        entries[max(0, len(entries) // 2 - 1)].seq,
        disabled=what == CUT,
        key="guardian.tamper.entry",
    )
    if what == CUT:
        copy = entries[:-1]
        st.markdown("Without the noted head:")
        answer(verify(copy, start=start))
        st.markdown("With the head as it is noted above:")
        answer(verify(copy, entries[-1].hash, start))
        return
    place = int(seq) - entries[0].seq
    changed = changed_byte(entries[place])
    before, after = entries[place].payload[:SHOWN], changed.payload[:SHOWN]
    st.markdown(f"Entry {int(seq)} began `{before}…` and now begins `{after}…`.")
    answer(verify([*entries[:place], changed, *entries[place + 1 :]], start=start))


def changed_byte(entry: Entry) -> Entry:
    """Return an entry in which one letter of the content is another."""
    at = next(i for i, letter in enumerate(entry.payload) if letter.isalnum())
    other = "x" if entry.payload[at] != "x" else "y"
    return dataclasses.replace(entry, payload=entry.payload[:at] + other + entry.payload[at + 1 :])
