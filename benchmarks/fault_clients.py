"""Faults of clients and of the machine around a server: slow, gone, disk read-only or full."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks.fault_lib import (
    DEADLINE_S,
    ROOT,
    Outcome,
    environment,
    handles,
    is_sentence,
    small_disk,
    threads,
    wait_for,
)
from benchmarks.fault_service import PATIENT, SCORE, copied_models
from benchmarks.serving import Server, free_port
from benchmarks.streamlit_client import Tab

SYSTEMS = ("cardiosense", "breast_cancer", "respiratory", "saliency")
"""Systems with a model folder."""

ROUTES = {
    "cardiosense": ("POST", "/v1/cardiosense/score"),
    "breast_cancer": ("GET", "/v1/breast-cancer/card"),
    "respiratory": ("GET", "/v1/respiratory/card"),
    "saliency": ("GET", "/v1/saliency/paradox"),
    "guardian": ("POST", "/v1/guardian/normalise"),
    "apple_sales": ("GET", "/v1/apple-sales/facts"),
}
BODIES = {"cardiosense": PATIENT, "guardian": {"text": "warfarin 5 mg daily"}}
PAGES = {
    "cardiosense": "cardiosense-model",
    "breast_cancer": "breast-cancer-model",
    "respiratory": "respiratory-model",
    "saliency": "saliency-paradox",
    "guardian": "guardian",
    "apple_sales": "apple-sales",
}
FAILED = "This page could not be shown"
"""What a page says when it fails unexpectedly."""

SPARE = 8
"""Handles and threads that a server may hold more after many visits than before."""

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'


@contextlib.contextmanager
def harmed_suite(temporary: Path, *, fixed: bool = False, **settings: str) -> Iterator[Server]:
    """Run the whole suite on a harmed machine.

    Parameters
    ----------
    temporary : Path
        Its folder for temporary files, of which there may be no room.
    fixed : bool
        Whether the checkout is on a read-only disk; needs the rights of root. Only the server's own
        processes see it so.
    """
    port = free_port()
    command = [
        sys.executable,
        "-B",
        "-m",
        "streamlit",
        "run",
        "apps/server.py",
        "--server.port",
        str(port),
    ]
    if fixed:
        command = ["unshare", "--mount", "sh", "-c", READ_ONLY, str(ROOT), *command]
    log = temporary.parent / f"server-{port}.log"
    with log.open("wb") as printed:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=environment(TMPDIR=str(temporary), **settings),
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: process.poll() is not None or _is_up(address), f"no start, see {log}")
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-3000:])
        yield Server(address, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=DEADLINE_S)
        finally:
            process.kill()


def _is_up(address: str) -> bool:
    try:
        return httpx.get(f"{address}/api/health", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


class SlowClients:
    """Connections that send a byte at a time, and some that never read what they asked for.

    Parameters
    ----------
    server : Server
        Whom they occupy.
    count : int
        How many of each of three kinds: slow head, slow body, slow reader.
    """

    def __init__(self, server: Server, count: int) -> None:
        self.sockets = [
            socket.create_connection(("127.0.0.1", server.port)) for _ in range(3 * count)
        ]
        head = b"POST /api/v1/cardiosense/score HTTP/1.1\r\nHost: localhost\r\n"
        body = head + b"Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
        read = b"GET /api/v1/breast-cancer/card HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400
        for index, one in enumerate(self.sockets):
            one.setblocking(False)
            first = (head, body, read)[index % 3]
            with contextlib.suppress(BlockingIOError):
                one.send(first)
        self.senders = [one for index, one in enumerate(self.sockets) if index % 3 < 2]
        self._stop = threading.Event()
        self._dripping = threading.Thread(target=self._drip, daemon=True)
        self._dripping.start()

    def _drip(self) -> None:
        while not self._stop.wait(1.0):
            for one in self.senders:
                with contextlib.suppress(OSError):
                    one.send(b"x")

    def held(self) -> int:
        """Return how many of the slow senders the server still listens to."""
        ready, _, _ = select.select(self.senders, [], [], 0)
        return len(self.senders) - len(ready)

    def close(self) -> None:
        """End all connections."""
        self._stop.set()
        self._dripping.join()
        for one in self.sockets:
            one.close()


def slow_clients(server: Server, count: int, requests: int) -> Outcome:
    """Let slow clients hold connections while others ask; then see the slow ones ended."""
    found = Outcome(
        f"{3 * count} clients that send or read a byte a second",
        "others are answered while the slow ones are still connected; then those are ended",
    )
    slow = SlowClients(server, count)
    try:
        with httpx.Client(base_url=f"{server.address}/api", timeout=DEADLINE_S) as client:
            answers, held = [], []
            for _ in range(requests):
                answers.append(client.post(SCORE, json=PATIENT).status_code)
                held.append(slow.held())
        found.require(set(answers) == {200}, f"others were refused: {set(answers)}")
        found.require(held[0] == len(slow.senders), f"{held[0]} slow clients at the first answer")
        found.notes["answered_meanwhile"] = sum(still > 0 for still in held)
        wait_for(lambda: slow.held() == 0, "the slow clients are never ended")
        found.tries = len(slow.sockets)
    finally:
        slow.close()
    return found


KEPT_SESSIONS = 128
"""Sessions that Streamlit keeps for browsers that come back, each with a few open handles."""


def connects(server: Server, times: int) -> Outcome:
    """Connect and go many times; count what the server holds beyond what it keeps for good."""
    found = Outcome(
        "browsers that connect and go, more than are kept for coming back",
        f"no more than {SPARE} handles and threads above those before",
    )

    async def visit(n: int) -> None:
        for index in range(n):
            async with Tab(server.address) as tab:
                if index % 50 == 0:
                    await tab.visit("")

    asyncio.run(visit(KEPT_SESSIONS + 12))
    before = handles(server.pid), threads(server.pid)
    asyncio.run(visit(times))

    def settled() -> bool:
        return handles(server.pid) <= before[0] + SPARE and threads(server.pid) <= before[1] + SPARE

    with contextlib.suppress(TimeoutError):
        wait_for(settled, "grown")
    after = handles(server.pid), threads(server.pid)
    found.require(settled(), f"from {before} handles and threads to {after}")
    found.tries = times
    found.notes |= {"handles": [before[0], after[0]], "threads": [before[1], after[1]]}
    return found


class Watching(Tab):
    """A tab that also notes what a page says in words."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.said: list[str] = []

    def saying(self, *words: str) -> list[str]:
        """Return the texts that hold one of these words."""
        return [text for text in self.said if any(word in text for word in words)]

    def _look_at(self, answer: ForwardMsg) -> None:
        super()._look_at(answer)
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind in {"alert", "markdown"}:
            self.said.append(f"{self.page}: {getattr(element, kind).body}")


class Returning(Tab):
    """A tab whose connection breaks, and that comes back to its session."""

    async def dropped(self) -> str:
        """Break the connection in the middle of a run; returns the session's id."""
        await self._open.send(self._rerun())
        while not self._session:
            answer = await self._next()
            if answer.WhichOneof("type") == "new_session":
                self._session = answer.new_session.initialize.session_id
        transport = self._open.transport
        transport.abort()
        return self._session

    def _rerun(self) -> bytes:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg()
        message.rerun_script.page_name = self.page
        return bytes(message.SerializeToString())

    async def back(self, session: str) -> None:
        """Connect again, naming the session as a browser does."""
        self._session = ""
        self._socket = await connect(
            f"ws://{self.host}/_stcore/stream",
            subprotocols=[Subprotocol(one) for one in ("streamlit", "none", session)],
            max_size=None,
            compression=None,
            ping_interval=None,
        )


def server_end(pid: int, port: int) -> Path:
    """Return the socket by which a process is connected to a port of this machine."""
    connected = psutil.Process(pid).net_connections("tcp")
    (handle,) = (one.fd for one in connected if one.raddr and one.raddr.port == port)
    return Path(f"/proc/{pid}/fd/{handle}").readlink()


def held_by(pid: int) -> set[Path]:
    """Return the files and sockets that a process holds."""
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since
            found.add(handle.readlink())
    return found


def dropped(server: Server, times: int, page: str = "cardiosense") -> Outcome:
    """Break a browser's connection in mid-run, and come back."""
    found = Outcome(
        "a websocket broken in the middle of a run",
        "the browser comes back to its session, and the page is shown",
    )

    async def once() -> None:
        tab = Returning(server.address)
        await tab.__aenter__()
        tab.page = page
        end = server_end(server.pid, tab._open.local_address[1])
        session = await tab.dropped()
        # A browser, too, comes back only after a while. The event loop must run meanwhile: it is
        # the one that closes the connection.
        await asyncio.to_thread(
            wait_for, lambda: end not in held_by(server.pid), "the server does not notice the break"
        )
        await tab.back(session)
        try:
            await tab.visit(page)
            while not tab._session:  # what ended was the run that was broken off
                await tab.visit(page)
            found.require(tab._session == session, "the session was lost")
            found.require(not tab.exceptions, f"the page failed: {tab.exceptions}")
        finally:
            await tab._open.close()

    for _ in range(times):
        asyncio.run(once())
        found.tries += 1
    return found


def shown(server: Server, pages: tuple[str, ...]) -> Watching:
    """Visit pages one after the other and return the tab, with what they said."""

    async def visit() -> Watching:
        async with Watching(server.address) as tab:
            for page in pages:
                await tab.visit(page)
            return tab

    return asyncio.run(visit())


def full_temporary_folder(server: Server, page: str = "cardiosense-batch") -> Outcome:
    """Upload a file larger than what is left for temporary files, by page and by API."""
    found = Outcome(
        "a full folder for temporary files while files are uploaded",
        "the API answers, because it keeps uploads in memory; the page does or says why not",
    )
    from core.cardiosense import batch_template

    head, *rows = batch_template().splitlines(keepends=True)
    table = head + b"".join(rows) * 10_000
    answer = httpx.post(
        f"{server.address}/api/v1/cardiosense/batch",
        files={"file": ("p.csv", table, "text/csv")},
        timeout=DEADLINE_S,
    )
    found.require(
        answer.status_code == 200, f"the API says {answer.status_code}: {answer.text[:300]}"
    )

    async def visit() -> None:
        async with Tab(server.address) as tab:
            await tab.visit(page)
            try:
                await tab.upload("p.csv", table)
            except RuntimeError as error:
                found.notes["page"] = str(error)[:300]
                found.require("Traceback" not in str(error), "a traceback")
            await tab.visit(page)
            found.require(not tab.exceptions, f"the page failed: {tab.exceptions}")

    asyncio.run(visit())
    found.tries = 2
    return found


def spoiled_models(folder: Path, system: str, fault: str) -> Outcome:
    """Serve the suite with a fault in one system's models."""
    found = Outcome(
        f"models of {system}: {fault}",
        "the system is refused with a sentence; all other pages and routes answer",
    )
    root = copied_models(folder, system, fault)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    with harmed_suite(temporary, SUITE_MODELS_ROOT=str(root)) as server:
        refused_alone(found, server, system)
    found.tries = 1
    return found


def refused_alone(found: Outcome, server: Server, system: str) -> None:
    """Hold a server to refusing one system and serving the others."""
    with httpx.Client(base_url=f"{server.address}/api", timeout=DEADLINE_S) as client:
        ready = client.get("/ready")
        state = ready.json()
        found.require(ready.status_code == 200, f"not ready for the others: {ready.text[:300]}")
        found.require(state["systems"][system]["status"] == "failed", f"{system} is called sound")
        reason = state["systems"][system]["message"]
        found.require(is_sentence(reason), f"no sentence: {state}")
        for name, (method, path) in ROUTES.items():
            answer = client.request(method, path, json=BODIES.get(name))
            if name == system:
                found.require(answer.status_code in {500, 503}, f"{path}: {answer.status_code}")
                found.require("p" not in answer.json(), f"{path} gives an estimate")
                found.require(is_sentence(answer.json()["error"]["message"]), answer.text[:300])
            elif not depends(name, system):
                found.require(answer.status_code == 200, f"{path}: {answer.text[:300]}")
    living = tuple(page for name, page in PAGES.items() if not depends(name, system))
    others, own, home = (shown(server, pages) for pages in (living, (PAGES[system],), ("",)))
    failed = [*others.exceptions, *others.saying(reason, FAILED)]
    found.require(not failed, f"pages of others failed: {failed}")
    found.require(own.saying(reason), f"its page does not say why: {own.said[:5]}")
    found.require(len(home.saying(reason)) == 1, f"the gallery says {home.said[:5]}")
    wrong = [*own.exceptions, *home.exceptions, *home.saying(FAILED)]
    found.require(not wrong, f"pages failed: {wrong}")


def depends(name: str, system: str) -> bool:
    """Whether a system needs the models of another: saliency explains those of respiratory."""
    return name == system or (name, system) == ("saliency", "respiratory")


def whole_server(
    folder: Path, slow: int, requests: int, visits: int, every_page: bool
) -> list[Outcome]:
    """Harm one server in every way that leaves it running.

    It stands on a read-only disk, has hardly room for temporary files and one altered model.
    """
    from pages._shared.registry import PAGES as ALL

    system = "breast_cancer"
    root = copied_models(folder, system, "flip")
    fixed = Outcome(
        "a read-only disk under the checkout, with auditing off",
        "the server starts and every page is shown",
    )
    altered = Outcome(f"one bit flipped in a model of {system}", "it is refused; all others answer")
    with (
        small_disk(folder / "tmp", 0.5) as temporary,
        harmed_suite(temporary, fixed=True, SUITE_MODELS_ROOT=str(root)) as server,
    ):
        clients = slow_clients(server, slow, requests)
        slugs = [one.slug for one in ALL if one.slug and not one.slug.startswith("breast")]
        visited = tuple(slugs if every_page else slugs[1:4])
        tab = shown(server, visited)
        failed = [*tab.exceptions, *tab.saying(FAILED)]
        fixed.require(not failed, f"pages failed: {failed}")
        fixed.tries = len(visited)
        refused_alone(altered, server, system)
        altered.tries = 1
        gone = connects(server, visits)
        return [fixed, altered, clients, gone, dropped(server, 2), full_temporary_folder(server)]
