"""Requests begin one after the other, so that what shares the loop with them has its turns."""

from __future__ import annotations

import asyncio
import itertools

from hypothesis import given
from hypothesis import strategies as st

from apps.api.limits import TURNS_APART, Turns


def test_requests_begin_apart_and_in_the_order_of_arrival():
    async def crowd(number: int) -> list[tuple[int, int]]:
        turns, begun, turn = Turns(), [], 0
        asking = [
            asyncio.create_task(ask(turns, one, begun, lambda: turn)) for one in range(number)
        ]
        while not all(one.done() for one in asking):
            await asyncio.sleep(0)
            turn += 1
        return begun

    async def ask(turns, number, begun, now):
        await turns.wait()
        begun.append((number, now()))

    begun = asyncio.run(crowd(8))
    assert [number for number, _ in begun] == list(range(8))
    at = [turn for _, turn in begun]
    assert all(later - earlier >= TURNS_APART for earlier, later in itertools.pairwise(at))


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_one_who_leaves_keeps_nobody_waiting(leaving):
    async def crowd() -> int:
        turns = Turns()
        asking = [asyncio.create_task(turns.wait()) for _ in leaving]
        await asyncio.sleep(0)
        for one, leaves in zip(asking, leaving, strict=True):
            if leaves:
                one.cancel()
        done = await asyncio.gather(*asking, return_exceptions=True)
        await asyncio.wait_for(turns.wait(), 30)
        return sum(one is None for one in done)

    assert asyncio.run(crowd()) == leaving.count(False)
