"""A browser tab without the browser: Streamlit's own protocol over one websocket, many at once."""

from __future__ import annotations

import asyncio
import http.client
import time
import urllib.parse
import uuid
from types import TracebackType
from typing import Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

TIMEOUT_S = 120.0
XSRF = "_streamlit_xsrf"


class Tab:
    """One session: opens a page, runs it again, goes to another, hands files over.

    Parameters
    ----------
    address : str
        The suite, such as ``http://127.0.0.1:8501``.
    """

    def __init__(self, address: str) -> None:
        self.host = urllib.parse.urlsplit(address).netloc
        self.page, self.query = "", ""
        self.exceptions: list[str] = []
        self.uploader = ""
        self._socket: ClientConnection | None = None
        self._session = ""

    async def __aenter__(self) -> Self:
        """Connect; no page is run yet."""
        self._socket = await connect(
            f"ws://{self.host}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            compression=None,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection, as a closed tab does."""
        await self._open.close()

    @property
    def _open(self) -> ClientConnection:
        if self._socket is None:
            message = "the tab is not connected"
            raise RuntimeError(message)
        return self._socket

    async def visit(self, page: str, query: str = "") -> float:
        """Go to a page and return the seconds until its script has finished."""
        self.page, self.query, self.uploader = page, query, ""
        return await self.rerun()

    async def rerun(self, file: tuple[BackMsg, str] | None = None) -> float:
        """Run the page once more and return the seconds until its script has finished."""
        message = BackMsg() if file is None else file[0]
        message.rerun_script.page_name = self.page
        message.rerun_script.query_string = self.query
        began = time.perf_counter()
        await self._open.send(message.SerializeToString())
        while True:
            answer = await self._next()
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self._session = answer.new_session.initialize.session_id
            elif kind == "delta":
                self._look_at(answer)
            elif kind == "script_finished":
                return time.perf_counter() - began

    async def upload(self, name: str, content: bytes) -> float:
        """Hand a file to the page's uploader and return the seconds until the page has read it."""
        began = time.perf_counter()
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self._session
        message.file_urls_request.file_names.append(name)
        await self._open.send(message.SerializeToString())
        while (answer := await self._next()).WhichOneof("type") != "file_urls_response":
            pass
        urls = answer.file_urls_response.file_urls[0]
        await asyncio.to_thread(self._put, urls.upload_url, name, content)
        again = BackMsg()
        state = again.rerun_script.widget_states.widgets.add()
        state.id = self.uploader
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        await self.rerun((again, name))
        return time.perf_counter() - began

    def _put(self, url: str, name: str, content: bytes) -> None:
        connection = http.client.HTTPConnection(self.host, timeout=TIMEOUT_S)
        connection.request("GET", "/_stcore/health")
        first = connection.getresponse()
        first.read()
        cookie = (first.getheader("Set-Cookie") or "").partition(";")[0]
        mark = uuid.uuid4().hex
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        ).encode() + content
        headers = {
            "Content-Type": f"multipart/form-data; boundary={mark}",
            "Cookie": cookie,
            "X-Xsrftoken": cookie.removeprefix(f"{XSRF}="),
        }
        path = urllib.parse.urlsplit(url).path
        connection.request("PUT", path, body + f"\r\n--{mark}--\r\n".encode(), headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        if answer.status >= 300:
            message = f"{answer.status} for {name}: {said[:200]!r}"
            raise RuntimeError(message)

    async def _next(self) -> ForwardMsg:
        raw = await asyncio.wait_for(self._open.recv(decode=False), TIMEOUT_S)
        answer = ForwardMsg()
        answer.ParseFromString(raw)
        return answer

    def _look_at(self, answer: ForwardMsg) -> None:
        element = answer.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "file_uploader":
            self.uploader = element.file_uploader.id
        elif kind == "exception":
            self.exceptions.append(f"{self.page}: {element.exception.message}")
