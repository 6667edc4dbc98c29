"""From a host name to a connection, by way of the address guard.

A name is resolved once, each of its addresses is judged, and the connection goes to the very address that passed; so a name
server that answers differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Iterable
from ipaddress import IPv4Address, ip_address

import httpcore

from shared.failures import Hostile, Transient
from shared.stages.address import Address, AllowList, may_connect

Resolve = Callable[[str, int], Awaitable[list[Address]]]

_LOOKUPS_AT_ONCE = 32
_ADDRESSES_TRIED = 4


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
                return await self._sockets.connect_tcp(str(address), port, timeout, local_address, socket_options)
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
            raise Hostile("private-address", f"{host} leads to {address} ({why}), which may not be fetched.")
        return passed


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
