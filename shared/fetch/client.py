"""One request at a time, a GET's redirects included: it answers with a `Page` or raises one of the three failures."""

from __future__ import annotations

import asyncio
import functools
import re
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import certifi

from shared.failures import Permanent, Transient
from shared.fetch.answer import Accept, check_kind, check_start, check_status
from shared.fetch.body import Body
from shared.fetch.cookies import JobCookies
from shared.fetch.exchange import Answer, Request, Transport
from shared.fetch.http1 import Http1Transport
from shared.fetch.http2 import Http2Transport
from shared.fetch.network import Door, Resolve
from shared.fetch.target import Target, target_of
from shared.model import Page
from shared.stages.address import AllowList
from shared.stages.proxy import Proxy
from shared.stages.redirects import Hop

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BODILESS: Final = frozenset({204, 304})
_UNSENDABLE: Final = re.compile(r"[^\t\x20-\x7e\x80-\xff]")  # RFC 9110 §5.5
_READ: Final = frozenset(range(200, 300)) - _BODILESS
_WORTH_DRAINING: Final = 16_384
_DRAIN_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one download may take: seconds, bytes after decompression, redirects.

    `cut` keeps the first `max_bytes` of a larger body instead of refusing it.
    """

    connect: float = 10.0
    read: float = 15.0
    total: float = 30.0
    max_bytes: int = 3_000_000
    redirects: int = 5
    cut: bool = False

    def of_size(self, max_bytes: int) -> FetchLimits:
        """The same limits for a larger or smaller body."""
        return replace(self, max_bytes=max_bytes)


class Fetcher:
    """Reads pages of the public web, and of allow-listed networks. Use it as an async context manager.

    Connections are kept and used again; environment variables that name proxies are not looked at.
    `resolve` and `tls` are there for tests and for people with resolvers or certificates of their own.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allowed: AllowList = AllowList(),  # noqa: B008 - frozen
        limits: FetchLimits = FetchLimits(),
        ports: Collection[int] = (80, 443),
        http2: bool = False,
        proxy: Proxy | None = None,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.user_agent = _UNSENDABLE.sub("?", user_agent)
        self._limits = limits
        door = Door(allowed=allowed, ports=ports, resolve=resolve, proxy=proxy)
        kind = Http2Transport if http2 else Http1Transport
        self._transport: Transport = kind(door, tls or tls_context(http2=http2))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._transport.close()

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Accept = Accept.PAGE,
        limits: FetchLimits | None = None,
        trail: list[Hop] | None = None,
    ) -> Page:
        """Fetch a URL, following redirects; a 304 is a page with an empty body. `trail` collects the redirects.

        Conditional and other `headers` go to `url` itself, not to where it redirects: a validator belongs to one URL.
        Raises `Transient`, `Permanent` or `Hostile`.
        """
        bounds = limits or self._limits
        try:
            async with asyncio.timeout(bounds.total):
                return await self._follow(url, dict(headers or {}), accept, bounds, [] if trail is None else trail)
        except TimeoutError as error:
            raise Transient("timeout", f"No whole answer within {bounds.total:g} s.") from error

    async def post_form(self, url: str, form: Mapping[str, str], *, limits: FetchLimits | None = None) -> Page:
        """Send a form, through the same guard as every page; a redirect is a failure: nobody but `url` gets it.

        Raises `Transient`, `Permanent` or `Hostile`.
        """
        bounds, target = limits or self._limits, target_of(url)
        body = urlencode(form).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        try:
            async with asyncio.timeout(bounds.total):
                outcome = await self._exchange(target, headers, Accept.ANY, bounds, JobCookies(), body)
        except TimeoutError as error:
            raise Transient("timeout", f"No whole answer within {bounds.total:g} s.") from error
        if isinstance(outcome, Hop):
            raise Permanent("client-error", f"{target.host} redirects what was posted to it.")
        return outcome

    async def _follow(self, url: str, headers: dict[str, str], accept: Accept, bounds: FetchLimits, trail: list[Hop]) -> Page:
        target, cookies = target_of(url), JobCookies()
        while True:
            outcome = await self._exchange(target, headers, accept, bounds, cookies)
            if isinstance(outcome, Page):
                return outcome if outcome.url == url else replace(outcome, url=url)
            if len(trail) >= bounds.redirects:
                raise Permanent("too-many-redirects", f"More than {bounds.redirects} redirects.")
            trail.append(outcome)
            target, headers = target_of(outcome.target), {}

    async def _exchange(
        self,
        target: Target,
        headers: dict[str, str],
        accept: Accept,
        bounds: FetchLimits,
        cookies: JobCookies,
        posted: bytes | None = None,
    ) -> Page | Hop:
        """One request and its answer."""
        told = cookies.header(target) | headers
        lines = {
            "Host": target.host_header,
            "User-Agent": self.user_agent,
            "Accept": accept.header,
            "Accept-Encoding": "gzip, deflate, br, zstd",
            **{name: value for name, value in told.items() if not _UNSENDABLE.search(value)},
        }
        request = Request(target, lines, connect=bounds.connect, read=bounds.read, posted=posted)
        return await self._transport.exchange(request, lambda answer: _read(answer, target, accept, bounds, cookies))


@functools.cache
def tls_context(*, http2: bool) -> ssl.SSLContext:
    """The system's certificates, or those of the certifi package where the system has none. Loaded once a process.

    One for each transport, since a context also says which protocols are offered.
    """
    del http2
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not context.get_ca_certs():
        context.load_verify_locations(certifi.where())
    return context


async def _read(answer: Answer, target: Target, accept: Accept, bounds: FetchLimits, cookies: JobCookies) -> Page | Hop:
    cookies.take(target, answer.cookies)
    if answer.status not in _READ:
        await _drain(answer)
    if answer.status in _REDIRECTS:
        return _hop(answer.status, target, answer.headers)
    check_status(answer.status, answer.headers, now=datetime.now(UTC))
    body = await _read_body(answer, accept, bounds) if answer.status in _READ else b""
    return Page(url=target.url, final_url=target.url, status=answer.status, headers=answer.headers, body=body)


async def _read_body(answer: Answer, accept: Accept, bounds: FetchLimits) -> bytes:
    headers = answer.headers
    check_kind(headers.get("content-type"), accept)
    if _declared_length(headers) > bounds.max_bytes and not bounds.cut:
        raise Permanent("too-large", f"The body is announced as larger than {bounds.max_bytes:,} bytes.")
    body = Body(headers.get("content-encoding", ""), max_bytes=bounds.max_bytes, cut=bounds.cut)
    async for coded in answer.pieces():
        body.add(coded)
        if body.full:
            break
    plain = body.finish()
    check_start(plain, accept)
    return plain


async def _drain(answer: Answer) -> None:
    """Read a body that nobody wants, if it is announced as short and is here already: the connection can then be used again."""
    if answer.status in _BODILESS or not 0 < _declared_length(answer.headers) <= _WORTH_DRAINING:
        return
    with suppress(TimeoutError, Transient):
        async with asyncio.timeout(_DRAIN_SECONDS):
            async for _ in answer.pieces():
                pass


def _hop(status: int, target: Target, headers: Mapping[str, str]) -> Hop:
    location = headers.get("location", "").strip()
    if not location:
        raise Permanent("client-error", f"A redirect ({status}) that names no target.")
    return Hop(status=status, source=target.url, target=target_of(location, after=target).url)


def _declared_length(headers: Mapping[str, str]) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0
