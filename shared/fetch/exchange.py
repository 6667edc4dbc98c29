"""What a transport is asked and what it answers; there is one for HTTP/1.1 and one that speaks HTTP/2 as well."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from shared.fetch.target import Target

MOST_CONNECTIONS: Final = 100
IDLE_SECONDS: Final = 15.0
LARGEST_HEAD: Final = 100_000
"""Bytes of an answer that are no body: servers of all kinds stay below 64 kB."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what to send where, and how long connecting and any wait for bytes may take, in seconds."""

    target: Target
    headers: Mapping[str, str]
    connect: float
    read: float
    posted: bytes | None = None

    @property
    def method(self) -> str:
        """GET, or POST where something is sent along."""
        return "GET" if self.posted is None else "POST"


class Answer(Protocol):
    """An answer whose head is read. Header names are lower case; lines of one name are joined with a comma."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The header lines, as RFC 9110 §5.3 allows to join them."""

    @property
    def cookies(self) -> Sequence[str]:
        """The values of Set-Cookie, which can't be joined."""

    def pieces(self) -> AsyncIterator[bytes]:
        """The body as it comes, still coded. Raises `Transient` or `Hostile`."""


class Transport(Protocol):
    """Makes connections to judged addresses, and keeps them for the next request to the same place."""

    async def exchange(self, request: Request, use: Callable[[Answer], Awaitable[_Result]]) -> _Result:
        """Send a request and give its answer to `use`; whatever that leaves unread is thrown away.

        Raises `Transient` or `Hostile`, and what `use` raises.
        """

    async def close(self) -> None:
        """Give every connection back."""


def add_line(headers: dict[str, str], cookies: list[str], name: bytes, value: bytes) -> None:
    """Take in one header line."""
    key, text = name.decode("latin-1").lower(), value.decode("latin-1")
    if key in headers:
        headers[key] = f"{headers[key]}, {text}"
    else:
        headers[key] = text
    if key == "set-cookie":
        cookies.append(text)
