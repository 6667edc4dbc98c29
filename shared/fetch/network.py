"""From a host name to a connection, by way of the address guard.

A name is resolved once, each of its addresses is judged, and the connection goes to the very address that passed; so a name
server that answers differently the second time (DNS rebinding) gains nothing. With a proxy, that very address is what the
proxy is asked to connect to.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, ip_address
from typing import Final

from shared.failures import Failure, Hostile, Transient
from shared.stages.address import Address, AllowList, may_connect
from shared.stages.proxy import LARGEST_REPLY, Proxy

Resolve = Callable[[str, int], Awaitable[list[Address]]]

_LOOKUPS_AT_ONCE: Final = 32
_ADDRESSES_TRIED: Final = 4


class Door:
    """The only way out: opens connections to judged addresses."""

    def __init__(
        self, *, allowed: AllowList, ports: Collection[int], resolve: Resolve | None = None, proxy: Proxy | None = None
    ) -> None:
        self._allowed = allowed
        self._ports = ports
        self._resolve = resolve or resolve_name
        self._proxy = proxy

    async def connect(self, host: str, port: int, seconds: float) -> socket.socket:
        """Connect to the first judged address of `host` that answers; each has so many seconds.

        Raises `Hostile("private-address")`, and `Transient` for "dns", "timeout" and "connection".
        """
        addresses = self._judged(host, port, await self._look_up(host, port, seconds))
        failure: Failure = no_answer(host)
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                async with asyncio.timeout(seconds):
                    return await self._reach(address, port)
            except TimeoutError:
                failure = no_answer(host)
            except OSError as error:
                failure = no_connection(host, error)
        raise failure

    async def _look_up(self, host: str, port: int, seconds: float) -> list[Address]:
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._resolve(host, port)
        except TimeoutError as error:
            raise Transient("timeout", f"The name {host} was not resolved in time.") from error
        except (OSError, UnicodeError) as error:
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

    async def _reach(self, address: Address, port: int) -> socket.socket:
        if self._proxy is None:
            return await _connected(address, port)
        return await self._reach_through(self._proxy, address, port)

    async def _reach_through(self, proxy: Proxy, address: Address, port: int) -> socket.socket:
        """A tunnel to the address. The proxy's own address is not judged: whoever set it answers for it."""
        try:
            opened = await _connected((await self._resolve(proxy.host, proxy.port))[0], proxy.port)
        except (OSError, IndexError) as error:
            raise Transient("proxy", f"The proxy {proxy.host} can't be reached.") from error
        try:
            await _open_tunnel(opened, proxy, address, port)
        except BaseException:
            opened.close()
            raise
        return opened


async def _connected(address: Address, port: int) -> socket.socket:
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
    except BaseException:
        opened.close()
        raise
    return opened


async def _open_tunnel(opened: socket.socket, proxy: Proxy, address: Address, port: int) -> None:
    loop, reply = asyncio.get_running_loop(), b""
    await loop.sock_sendall(opened, proxy.request(address, port))
    while b"\r\n\r\n" not in reply and len(reply) < LARGEST_REPLY:
        received = await loop.sock_recv(opened, 4_096)
        if not received:
            break
        reply += received
    proxy.check(reply)


def no_answer(host: str) -> Transient:
    """Nobody answered within a deadline."""
    return Transient("timeout", f"{host} did not answer in time.")


def no_connection(host: str, error: OSError | Exception) -> Transient:
    """A connection could not be made, or broke."""
    if isinstance(error, ssl.SSLError):
        return Transient("tls", f"No safe connection to {host}: {error.reason or error}.")
    return Transient("connection", f"The connection to {host} failed: {error or type(error).__name__}.")


def broken_protocol(host: str, error: Exception) -> Transient:
    """What came is no HTTP."""
    return Transient("connection", f"{host} broke the protocol: {error}.")


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
