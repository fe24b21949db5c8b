"""A visitor without a browser: speaks HTTP with cookies and Streamlit's own websocket protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

DEADLINE_S = 300


class Visitor:
    """One browser's worth of cookies, towards one server."""

    def __init__(self, address: str) -> None:
        self.address = self.origin = address
        self.http = httpx.Client(base_url=address, timeout=DEADLINE_S)
        # The page that a browser loads first; it hands out the token against forged requests.
        self.http.get("/_stcore/health").raise_for_status()

    def close(self) -> None:
        self.http.close()

    @contextmanager
    def session(self, resume: str = "", **headers: str) -> Iterator[Session]:
        """Open the websocket as the page does: cookies, token and origin."""
        cookies = "; ".join(f"{one.name}={one.value}" for one in self.http.cookies.jar)
        token = self.http.cookies.get("_streamlit_xsrf", "")
        with connect(
            self.address.replace("http", "ws", 1) + "/_stcore/stream",
            origin=self.origin,
            subprotocols=["streamlit", token, *([resume] if resume else [])],
            additional_headers={"Cookie": cookies, **headers},
            max_size=None,
            open_timeout=DEADLINE_S,
            ping_interval=None,
        ) as socket:
            yield Session(socket)

    def page(self, name: str = "") -> bytes:
        """Return everything that the server sends of a page, as it comes over the wire."""
        with self.session() as session:
            return session.run(name)

    def log_in(self, stop_before: str = "") -> httpx.Response:
        """Go through the login as the button does, and follow the provider's redirects."""
        response = self.http.get(self.login_address())
        while response.is_redirect:
            target = response.headers["location"]
            if stop_before and stop_before in target:
                return response
            response = self.http.get(target)
        return response

    def login_address(self) -> str:
        """Press the button, and return where the page is sent."""
        with self.session() as session:
            session.run()
            return session.press("Log in")


class Session:
    """One websocket: a tab of the browser."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.messages: list[ForwardMsg] = []
        self.id = ""

    def run(self, page: str = "", pressed: str = "") -> bytes:
        """Run the script to its end and return what came, as bytes."""
        asked = BackMsg()
        asked.rerun_script.page_name = page
        if pressed:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = pressed, True
        self.socket.send(asked.SerializeToString())
        received = b""
        self.messages = []
        while True:
            sent = self.socket.recv(timeout=DEADLINE_S)
            received += sent
            message = ForwardMsg.FromString(sent)
            self.messages.append(message)
            if message.WhichOneof("type") == "new_session":
                self.id = message.new_session.initialize.session_id
            if message.WhichOneof("type") == "auth_redirect":
                return received
            if message.WhichOneof("type") == "script_finished":
                return received

    def press(self, label: str) -> str:
        """Press a button that leads elsewhere, and return where."""
        found = [
            message.delta.new_element.button.id
            for message in self.messages
            if message.delta.new_element.button.label == label
        ]
        self.run(pressed=found[0])
        last = self.messages[-1]
        assert last.WhichOneof("type") == "auth_redirect", last
        return last.auth_redirect.url
