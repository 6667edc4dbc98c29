"""One request at a time, a GET's redirects included: it answers with a `Page` or raises one of the three failures."""

from __future__ import annotations

import asyncio
import functools
import re
import ssl
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlencode

import certifi
import httpcore

from shared.failures import Hostile, Permanent, Transient
from shared.fetch.answer import Accept, check_kind, check_start, check_status
from shared.fetch.body import Body
from shared.fetch.cookies import JobCookies
from shared.fetch.network import GuardedBackend, HeadLimitedStream, Resolve
from shared.fetch.target import Target, target_of
from shared.model import Page
from shared.stages.address import AllowList
from shared.stages.redirects import Hop

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BODILESS: Final = frozenset({204, 304})
_SENDABLE: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")  # RFC 9110 §5.5
_READ: Final = frozenset(range(200, 300)) - _BODILESS
_WORTH_DRAINING: Final = 16_384
_DRAIN_SECONDS: Final = 0.2
_CONNECTIONS: Final = 100
_IDLE_SECONDS: Final = 15.0


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
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.user_agent = user_agent
        self._limits = limits
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls or tls_context(),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS // 2,
            keepalive_expiry=_IDLE_SECONDS,
            http2=http2,
            network_backend=GuardedBackend(allowed=allowed, ports=ports, resolve=resolve),
        )

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._pool.__aexit__(kind, error, traceback)

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
                return replace(outcome, url=url)
            if len(trail) >= bounds.redirects:
                raise Permanent("too-many-redirects", f"More than {bounds.redirects} redirects.")
            trail.append(outcome)
            target, headers = target_of(outcome.target), {}

    async def _exchange(
        self,
        target: Target,
        headers: Mapping[str, str],
        accept: Accept,
        bounds: FetchLimits,
        cookies: JobCookies,
        posted: bytes | None = None,
    ) -> Page | Hop:
        """One request and its answer, with the network's errors told as ours."""
        request = self._request(target, headers, accept, bounds, cookies, posted)
        try:
            response = await self._pool.handle_async_request(request)
            _tell_head_is_read(response)
            try:
                return await _read(response, target, accept, bounds, cookies)
            finally:
                await response.aclose()
        except httpcore.TimeoutException as error:
            raise Transient("timeout", f"{target.host} did not answer in time.") from error
        except httpcore.ProtocolError as error:
            raise _protocol_failure(error, target) from error
        except (httpcore.NetworkError, OSError) as error:
            raise _network_failure(error, target) from error

    def _request(
        self,
        target: Target,
        headers: Mapping[str, str],
        accept: Accept,
        bounds: FetchLimits,
        cookies: JobCookies,
        posted: bytes | None,
    ) -> httpcore.Request:
        lines = {
            "Host": target.host_header,
            "User-Agent": self.user_agent,
            "Accept": accept.header,
            "Accept-Encoding": "gzip, deflate, br, zstd",
            **cookies.header(target),
            **headers,
        }
        return httpcore.Request(
            "GET" if posted is None else "POST",
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            content=posted,
            headers=[
                (name.encode("ascii"), value.encode("latin-1")) for name, value in lines.items() if _SENDABLE.fullmatch(value)
            ],
            extensions={
                "timeout": {"connect": bounds.connect, "read": bounds.read, "write": bounds.read, "pool": bounds.total},
            },
        )


@functools.cache
def tls_context() -> ssl.SSLContext:
    """The system's certificates, or those of the certifi package where the system has none. Loaded once a process."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"] and not context.get_ca_certs():
        context.load_verify_locations(certifi.where())
    return context


def _tell_head_is_read(response: httpcore.Response) -> None:
    stream = response.extensions.get("network_stream")
    if isinstance(stream, HeadLimitedStream):
        stream.head_is_read()


async def _read(
    response: httpcore.Response, target: Target, accept: Accept, bounds: FetchLimits, cookies: JobCookies
) -> Page | Hop:
    headers = _joined(response.headers)
    cookies.take(target, response.headers)
    if response.status not in _READ:
        await _drain(response, headers)
    if response.status in _REDIRECTS:
        return _hop(response.status, target, headers)
    check_status(response.status, headers, now=datetime.now(UTC))
    body = await _read_body(response, headers, accept, bounds) if response.status in _READ else b""
    return Page(url=target.url, final_url=target.url, status=response.status, headers=headers, body=body)


async def _read_body(response: httpcore.Response, headers: Mapping[str, str], accept: Accept, bounds: FetchLimits) -> bytes:
    check_kind(headers.get("content-type"), accept)
    if _declared_length(headers) > bounds.max_bytes and not bounds.cut:
        raise Permanent("too-large", f"The body is announced as larger than {bounds.max_bytes:,} bytes.")
    body = Body(headers.get("content-encoding", ""), max_bytes=bounds.max_bytes, cut=bounds.cut)
    async for coded in response.aiter_stream():
        body.add(coded)
        if body.full:
            break
    plain = body.finish()
    check_start(plain, accept)
    return plain


async def _drain(response: httpcore.Response, headers: Mapping[str, str]) -> None:
    """Read a body that nobody wants, if it is announced as short and is here already: the connection can then be used again."""
    if response.status in _BODILESS or 0 < _declared_length(headers) <= _WORTH_DRAINING or headers.get("content-length") == "0":
        with suppress(TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in response.aiter_stream():
                    pass


def _joined(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header lines as a dictionary of lower-case names; lines of one name are joined with a comma, as RFC 9110 §5.3 allows."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _hop(status: int, target: Target, headers: Mapping[str, str]) -> Hop:
    location = headers.get("location", "").strip()
    if not location:
        raise Permanent("client-error", f"A redirect ({status}) that names no target.")
    return Hop(status=status, source=target.url, target=target_of(location, after=target).url)


def _declared_length(headers: Mapping[str, str]) -> int:
    value = headers.get("content-length", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else 0


def _protocol_failure(error: httpcore.ProtocolError, target: Target) -> Transient | Hostile:
    if any(getattr(each, "error_status_hint", None) == 431 for each in _behind(error)):
        return Hostile("header-too-large", f"{target.host} sends headers beyond all measure.")
    return Transient("connection", f"{target.host} broke the protocol: {error}.")


def _network_failure(error: Exception, target: Target) -> Transient:
    tls = next((each for each in _behind(error) if isinstance(each, ssl.SSLError)), None)
    if tls is not None:
        return Transient("tls", f"No safe connection to {target.host}: {tls.reason or tls}.")
    return Transient("connection", f"The connection to {target.host} failed: {error or type(error).__name__}.")


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The errors that led to this one; httpcore's pool forgets causes, but not contexts."""
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__
