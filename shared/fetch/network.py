"""From a host name to a connection, by way of the address guard.

A name is resolved once, each of its addresses is judged, and the connection goes to the very address that passed; so a name
server that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Collection, Iterable
from ipaddress import IPv4Address, ip_address
from typing import Any

import httpcore

from shared.failures import Hostile, Transient
from shared.stages.address import Address, AllowList, may_connect

Resolve = Callable[[str, int], Awaitable[list[Address]]]

_LOOKUPS_AT_ONCE = 32
_ADDRESSES_TRIED = 4
_LARGEST_HEAD = 400_000  # bytes; servers of all kinds stay below 64 kB, h11 gives up on a single head at 100 kB


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """httpcore's door to the network: opens connections to judged addresses only."""

    def __init__(self, *, allowed: AllowList, ports: Collection[int], resolve: Resolve | None = None) -> None:
        self._allowed = allowed
        self._ports = ports
        self._resolve = resolve or resolve_name
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of `host` that answers. Raises `Hostile("private-address")` and `Transient("dns")`."""
        addresses = self._judged(host, port, await self._look_up(host, port, timeout))
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                stream = await self._sockets.connect_tcp(str(address), port, timeout, local_address, socket_options)
                return HeadLimitedStream(stream)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

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

    async def _look_up(self, host: str, port: int, limit: float | None) -> list[Address]:
        try:
            async with asyncio.timeout(limit):
                addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            if isinstance(error, TimeoutError):
                raise Transient("timeout", f"The name {host} was not resolved in time.") from error
            raise Transient("dns", f"The name {host} can't be resolved.") from error
        if not addresses:
            raise Transient("dns", f"The name {host} has no address.")
        return addresses

    def _judged(self, host: str, port: int, addresses: list[Address]) -> list[Address]:
        refused = {address: may_connect(address, port, self._allowed, self._ports) for address in addresses}
        passed = [address for address, why in refused.items() if why is None]
        if not passed:
            address, why = next(iter(refused.items()))
            place = f"{address} ({why})" if host == str(address) else f"{host}, which leads to {address} ({why}),"
            raise Hostile("private-address", f"{place} may not be fetched unless STORYFOLD_ALLOW_ADDRESSES names it.")
        return passed


class HeadLimitedStream(httpcore.AsyncNetworkStream):
    """A connection that gives up on answers whose head never ends; a body's size is limited elsewhere.

    httpcore limits a single head, but reads any number of interim answers (1xx) before it.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._arrivals = select.poll()
        self._arrivals.register(stream.get_extra_info("socket"), select.POLLIN)
        self._room = _LARGEST_HEAD
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
        self._in_head, self._room = True, _LARGEST_HEAD
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
        return HeadLimitedStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """What the connection knows of itself. The pool asks often whether an idle one has been closed, so that is kept cheap."""
        if info == "is_readable":
            return bool(self._arrivals.poll(0))
        return self._stream.get_extra_info(info)


async def resolve_name(host: str, port: int) -> list[Address]:
    """The addresses of a name, in the system's order. `*.localhost` is loopback without asking (RFC 6761 §6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return [IPv4Address("127.0.0.1")]
    try:
        return [ip_address(host.strip("[]"))]
    except ValueError:
        return await _ask_system(host, port)


_places = threading.BoundedSemaphore(_LOOKUPS_AT_ONCE)


async def _ask_system(host: str, port: int) -> list[Address]:
    """Ask getaddrinfo in a thread of its own that nobody waits for at exit: a look-up can hang for half a minute."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def deliver(addresses: list[Address] | None, error: OSError | UnicodeError | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses or [])
        else:
            answer.set_exception(error)

    def look_up() -> None:
        addresses, failure = None, None
        with _places:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                addresses = list(dict.fromkeys(ip_address(str(each[4][0])) for each in found))
            except (OSError, UnicodeError) as error:
                failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, addresses, failure)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await answer
