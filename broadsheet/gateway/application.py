"""The RSGI application of a server process: responses from memory at once, complete requests in threads."""

import asyncio
import io
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from types import FrameType
from typing import IO, Any

from broadsheet.gateway.bodies import BodyReader, Expected, Refused, discard
from broadsheet.gateway.limits import Limits
from broadsheet.gateway.requests import environ_of, essentials_of, is_for_one_host, set_body
from broadsheet.gateway.responses import collect, refusal
from broadsheet.gateway.rsgi import HTTPProtocol, Scope
from broadsheet.gateway.site import Site
from broadsheet.gateway.sockets import limit_unread

logger = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD"})
CHUNKED = "chunked"
POLL_INTERVAL = 0.05  # seconds


class Gateway:
    """Serves a site in one process. granian calls it: first `__rsgi_init__`, then `__rsgi__` for each request."""

    def __init__(self, site: Site, limits: Limits) -> None:
        self.site = site
        self.limits = limits
        self.bodies = BodyReader(limits.bodies_bytes)
        self.in_progress = 0  # complete requests that are answered, or wait for a thread

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare this process, before its event loop runs."""
        self.loop = loop
        self.threads = ThreadPoolExecutor(self.limits.threads, "request")
        self.file_threads = ThreadPoolExecutor(self.limits.file_threads, "file")
        signal.signal(signal.SIGTERM, partial(self._stop, signal.getsignal(signal.SIGTERM)))
        loop.call_soon(limit_unread, self.limits.unread_seconds)  # granian has opened its socket by then

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        try:
            if not is_for_one_host(scope):
                raise Refused(HTTPStatus.BAD_REQUEST)
            if scope.method in SAFE_METHODS:
                response = self.site.instant(essentials_of(scope))
                if response is not None:
                    response.send(protocol)
                    return
            await self._answer(environ_of(scope), protocol)
        except Refused as refused:
            self._refuse(refused.status, protocol)
            if refused.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and not scope.headers.get("expect"):
                await discard(protocol, self.limits.linger_seconds)
        except Exception:
            logger.exception("A request could not be answered")
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, protocol)

    def _refuse(self, status: HTTPStatus, protocol: HTTPProtocol) -> None:
        refusal(status, self.site.refusal(status)).send(protocol)

    async def _answer(self, environ: dict[str, Any], protocol: HTTPProtocol) -> None:
        body: IO[bytes] = io.BytesIO()
        environ["wsgi.input"] = body
        if "HTTP_TRANSFER_ENCODING" in environ or int(environ.get("CONTENT_LENGTH") or 0):
            if environ.get("HTTP_TRANSFER_ENCODING", CHUNKED).strip().lower() != CHUNKED:
                raise Refused(HTTPStatus.NOT_IMPLEMENTED)  # RFC 9112, 6.1
            expected = await self._expected(environ)
            body, length = await self.bodies.read(protocol, expected)
            set_body(environ, body, length)
        with body:
            if self.site.is_stored(environ):
                response = await self.loop.run_in_executor(self.file_threads, self.site.stored, environ)
                if response is not None:
                    response.send(protocol)
                    return
            await self._in_thread(self._respond, environ, protocol)

    async def _expected(self, environ: dict[str, Any]) -> Expected:
        """Return what the body of a request may cost; raises Refused where its length says already that it is more."""
        limits, length = self.limits, None
        if "HTTP_TRANSFER_ENCODING" not in environ:
            length = int(environ["CONTENT_LENGTH"])
        if length is not None and length <= limits.body_bytes:
            return Expected(length, limits.body_bytes, limits.body)
        may_be_upload = (length or 0) <= limits.upload_bytes and self.site.is_upload(environ)
        if may_be_upload and await self._in_thread(self._may_upload, environ):
            return Expected(length, limits.upload_bytes, limits.upload)
        if length is not None:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return Expected(None, limits.body_bytes, limits.body)

    async def _in_thread(self, function: Callable[..., Any], *arguments: object) -> Any:
        """Return the result of a function that may wait for the database."""
        if self.in_progress >= self.limits.threads + self.limits.waiting:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        self.in_progress += 1
        try:
            return await self.loop.run_in_executor(self.threads, function, *arguments)
        finally:
            self.in_progress -= 1

    def _may_upload(self, environ: dict[str, Any]) -> bool:
        try:
            return self.site.may_upload(environ)
        except Exception as error:
            logger.exception("The sender of an upload could not be looked up")
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE) from error

    def _respond(self, environ: dict[str, Any], protocol: HTTPProtocol) -> None:
        """Answer a complete request by the application; runs in a thread, which no client can hold."""
        collect(self.site.application, environ).send(protocol)

    def _stop(self, event_loops_handler: Any, number: int, frame: FrameType | None) -> None:
        """Refuse what is incomplete, and end the process once the requests in progress are answered."""
        event_loops_handler(number, frame)  # which tells granian
        self.loop.call_soon_threadsafe(self.bodies.stop)
        threading.Thread(target=self._exit_when_answered, name="stop", daemon=True).start()

    def _exit_when_answered(self) -> None:
        """End this process, which granian would keep as long as a client takes for its request or response."""
        deadline = time.monotonic() + self.limits.grace_seconds
        while self.in_progress and time.monotonic() < deadline:
            time.sleep(POLL_INTERVAL)
        time.sleep(self.limits.stop_seconds)
        os._exit(0)
