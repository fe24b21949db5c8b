"""How much at once: requests a minute for each caller, and requests in the service."""

from __future__ import annotations

import asyncio
import ipaddress
from collections import OrderedDict
from weakref import WeakKeyDictionary

WINDOW_SECONDS = 60.0
REMEMBERED_CALLERS = 20_000
RECEIVED_PER_PLACE = 4
TURNS_APART = 16


class Rates:
    """A bucket of tokens for each caller, refilled evenly over the minute.

    A full bucket is as good as none, so a caller who was silent for a minute can be forgotten. Of
    more callers than are remembered, those who sent nothing for longest are forgotten first.

    Parameters
    ----------
    per_minute : int
        Tokens in a bucket and tokens a minute; 0 for no limit.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        # By caller, when the bucket will be full again.
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def wait(self, caller: str, now: float) -> float:
        """Take a token, or return the seconds until there is one.

        Parameters
        ----------
        caller : str
            Who sends.
        now : float
            Seconds of a clock that never goes back.
        """
        if not self.per_minute:
            return 0.0
        interval = WINDOW_SECONDS / self.per_minute
        full_at = max(now, self._full_at.pop(caller, now))
        late = full_at + interval - now - WINDOW_SECONDS
        taken = late <= 1e-6
        self._full_at[caller] = full_at + interval if taken else full_at
        if len(self._full_at) > REMEMBERED_CALLERS:
            self._full_at.popitem(last=False)
        return 0.0 if taken else late

    def __len__(self) -> int:
        return len(self._full_at)


class Places:
    """Places in the service: a request holds one from its last byte to its answer's first.

    A body that is still arriving holds none, so that slow senders take nothing from others; but
    only so many may be arriving at a time.

    Parameters
    ----------
    limit : int
        Number of places.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0
        self.arriving = 0

    @property
    def is_full(self) -> bool:
        """Whether every place is taken, or too many bodies are on their way."""
        return self.taken >= self.limit or self.arriving >= self.limit * RECEIVED_PER_PLACE


class Turns:
    """Requests begin one after the other, some turns of the event loop apart, as they arrived.

    Pages and API share a loop, and Streamlit sends the pages one message a turn. Were all requests
    that wait answered in one turn, eight callers without pause would leave the pages next to
    nothing (see "Load" in docs/performance.md). In an idle loop a turn takes microseconds.
    """

    def __init__(self) -> None:
        # A lock belongs to one event loop; a process that serves has only one.
        self._first: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]
        self._first = WeakKeyDictionary()

    async def wait(self) -> None:
        """Wait until the requests before this one have had their turns, and for its own."""
        async with self._first.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            for _ in range(TURNS_APART):
                await asyncio.sleep(0)


def network(address: str) -> str:
    """Return whom an address belongs to: itself, or its network of 64 bits for IPv6.

    One customer of a provider has a whole network of that size to draw addresses from.

    Examples
    --------
    >>> network("192.0.2.7")
    '192.0.2.7'
    >>> network("2001:db8::1") == network("2001:db8::ffff:2")
    True
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
