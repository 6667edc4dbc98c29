"""HTTP/1.1 over connections that are kept, one request at a time on each."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from shared.fetch.exchange import IDLE_SECONDS, MOST_CONNECTIONS, Answer, Request
from shared.fetch.http1_connection import Connection, Stale
from shared.fetch.network import Door, no_answer, no_connection

_MOST_KEPT: Final = MOST_CONNECTIONS // 2  # places, each with the few connections that were open side by side
_Result = TypeVar("_Result")
_Place = tuple[str, str, int]


class Http1Transport:
    """The connections of one reader."""

    def __init__(self, door: Door, tls: ssl.SSLContext) -> None:
        self._door = door
        tls.set_alpn_protocols(["http/1.1"])
        self._tls = tls
        self._kept: dict[_Place, list[Connection]] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._free = asyncio.Semaphore(MOST_CONNECTIONS)

    async def exchange(self, request: Request, use: Callable[[Answer], Awaitable[_Result]]) -> _Result:
        """As `Transport.exchange`. A kept connection that the server has just closed is replaced, and nobody hears of it."""
        async with self._free:
            connection = self._take_kept(request)
            if connection is not None:
                try:
                    return await self._converse(connection, request, use)
                except Stale:
                    pass
            return await self._converse(await self._open(request), request, use)

    async def close(self) -> None:
        """As `Transport.close`."""
        if self._sweep is not None:
            self._sweep.cancel()
        for connection in [each for kept in self._kept.values() for each in kept]:
            connection.abort()
        self._kept.clear()
        await asyncio.sleep(0)  # the loop has yet to tell the connections that they are closed

    async def _converse(self, connection: Connection, request: Request, use: Callable[[Answer], Awaitable[_Result]]) -> _Result:
        try:
            return await use(await connection.ask(request))
        finally:
            if connection.rest():
                self._keep(_place(request), connection)

    def _take_kept(self, request: Request) -> Connection | None:
        """The connection to there that was used last; what is posted gets a new one, for it must not be sent twice."""
        if request.posted is not None:
            return None
        kept = self._kept.get(_place(request), [])
        while kept:
            connection = kept.pop()
            if connection.is_usable():
                return connection
        return None

    def _keep(self, place: _Place, connection: Connection) -> None:
        kept = self._kept.pop(place, [])
        self._kept[place] = [*kept, connection]  # at the end: the place that was used last
        if len(self._kept) > _MOST_KEPT:
            for oldest in self._kept.pop(next(iter(self._kept))):
                oldest.abort()
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._forget_stale)

    def _forget_stale(self) -> None:
        """Hang up where nothing was asked for a while, and look again later if anything is left."""
        self._sweep = None
        for place, kept in list(self._kept.items()):
            usable = [each for each in kept if each.is_usable()]
            if usable:
                self._kept[place] = usable
            else:
                del self._kept[place]
        if self._kept:
            self._sweep = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._forget_stale)

    async def _open(self, request: Request) -> Connection:
        """Raises `Transient` and `Hostile`."""
        target = request.target
        opened = await self._door.connect(target.host, target.port, request.connect)
        try:
            async with asyncio.timeout(request.connect):
                return await self._greet(opened, target.host if target.scheme == "https" else None)
        except TimeoutError as error:
            raise no_answer(target.host) from error
        except OSError as error:
            raise no_connection(target.host, error) from error

    async def _greet(self, opened: socket.socket, name: str | None) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            Connection, sock=opened, ssl=self._tls if name else None, server_hostname=name
        )
        return connection


def _place(request: Request) -> _Place:
    return request.target.scheme, request.target.host, request.target.port
