"""HTTP/2 where a server offers it over TLS, else HTTP/1.1: httpcore's pool behind our door."""

from __future__ import annotations

import asyncio
import select
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any, TypeVar

import httpcore
from anyio.abc import SocketStream
from httpcore._backends.anyio import AnyIOStream  # it isn't exported, but only it takes a socket that is connected already

from shared.failures import Hostile
from shared.fetch.exchange import IDLE_SECONDS, LARGEST_HEAD, MOST_CONNECTIONS, Answer, Request, add_line
from shared.fetch.network import Door, broken_protocol, no_answer, no_connection

_MOST_IN_ALL = 4 * LARGEST_HEAD  # httpcore limits a single head, but reads any number of interim answers (1xx) before it
_CONNECT_SECONDS = 10.0
_Result = TypeVar("_Result")


class Http2Transport:
    """The connections of one reader."""

    def __init__(self, door: Door, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=MOST_CONNECTIONS // 2,
            keepalive_expiry=IDLE_SECONDS,
            http2=True,
            network_backend=_Backend(door),
        )

    async def exchange(self, request: Request, use: Callable[[Answer], Awaitable[_Result]]) -> _Result:
        """As `Transport.exchange`, with the library's errors told as ours."""
        host = request.target.host
        try:
            response = await self._pool.handle_async_request(_as_httpcore(request))
            try:
                return await use(_Http2Answer(response))
            finally:
                await response.aclose()
        except httpcore.TimeoutException as error:
            raise no_answer(host) from error
        except httpcore.ProtocolError as error:
            if any(getattr(each, "error_status_hint", None) == 431 for each in _behind(error)):
                raise Hostile("header-too-large", f"{host} sends headers beyond all measure.") from error
            raise broken_protocol(host, error) from error
        except (httpcore.NetworkError, OSError) as error:
            raise no_connection(host, next((each for each in _behind(error) if isinstance(each, ssl.SSLError)), error)) from error

    async def close(self) -> None:
        """As `Transport.close`."""
        await self._pool.aclose()


class _Http2Answer:
    """httpcore's response as an `Answer`."""

    def __init__(self, response: httpcore.Response) -> None:
        self._response = response
        self.status = response.status
        self.headers: dict[str, str] = {}
        self.cookies: list[str] = []
        for name, value in response.headers:
            add_line(self.headers, self.cookies, name, value)
        stream = response.extensions.get("network_stream")
        if isinstance(stream, _HeadLimitedStream):
            stream.head_is_read()

    async def pieces(self) -> AsyncIterator[bytes]:
        """As `Answer.pieces`."""
        async for piece in self._response.aiter_stream():
            yield piece


class _Backend(httpcore.AsyncNetworkBackend):
    """httpcore's way to the network: through our door."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises as `Door.connect`."""
        del local_address, socket_options
        opened = await self._door.connect(host, port, timeout or _CONNECT_SECONDS)
        return _HeadLimitedStream(AnyIOStream(await SocketStream.from_socket(opened)))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """No page lives behind a Unix socket."""
        del timeout, socket_options
        raise Hostile("private-address", f"{path} is a Unix socket.")

    async def sleep(self, seconds: float) -> None:
        """Part of httpcore's interface."""
        await asyncio.sleep(seconds)


class _HeadLimitedStream(httpcore.AsyncNetworkStream):
    """A connection that gives up on answers whose head never ends; a body's size is limited elsewhere."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._arrivals = select.poll()
        self._arrivals.register(stream.get_extra_info("socket"), select.POLLIN)
        self._room = _MOST_IN_ALL
        self._in_head = True

    def head_is_read(self) -> None:
        """From here on comes the body, until the next request."""
        self._in_head = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """Raises `Hostile("header-too-large")`."""
        received = await self._stream.read(max_bytes, timeout)
        if self._in_head:
            self._room -= len(received)
            if self._room < 0:
                raise Hostile("header-too-large", "The head of the answer does not end.")
        return received

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's signature
        """A request, after which a head is awaited."""
        self._in_head, self._room = True, _MOST_IN_ALL
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        """The same over TLS."""
        return _HeadLimitedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What the connection knows of itself. The pool asks often whether an idle one has been closed, so that is kept cheap."""
        if info == "is_readable":
            return bool(self._arrivals.poll(0))
        return self._stream.get_extra_info(info)


def _as_httpcore(request: Request) -> httpcore.Request:
    target = request.target
    return httpcore.Request(
        request.method,
        httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
        content=request.posted,
        headers=[(name.encode("ascii"), value.encode("latin-1")) for name, value in request.headers.items()],
        extensions={
            "timeout": {"connect": request.connect, "read": request.read, "write": request.read, "pool": None},
        },
    )


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The errors that led to this one; httpcore's pool forgets causes, but not contexts."""
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
