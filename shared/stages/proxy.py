"""A proxy that was set explicitly: asked for a tunnel to an address that we have resolved and judged ourselves."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import unquote, urlsplit

from shared.failures import Mistake, Transient
from shared.stages.address import Address

_COMPLAINT: Final = "It is no address of a proxy; write http://host:port or http://user:password@host:port."
_REPLY: Final = re.compile(rb"HTTP/1\.\d (\d{3})[^\r\n]*\r\n(?:[^\r\n]*\r\n)*?\r\n")
LARGEST_REPLY: Final = 16_384  # bytes of what a proxy says before the tunnel is open


@dataclass(frozen=True, slots=True)
class Proxy:
    """An HTTP proxy. It is asked with CONNECT (RFC 9110 §9.3.6) for plain http as well as for https.

    A plain request would name the host and leave it to the proxy to resolve it, so that what was judged would not be what is
    connected to.
    """

    host: str
    port: int
    credentials: str = ""
    """`user:password`, or nothing."""

    @classmethod
    def parse(cls, url: str) -> Self | None:
        """None for an empty setting. Raises `Mistake`, which doesn't repeat the password."""
        if not url:
            return None
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise Mistake(_COMPLAINT) from error
        if parts.scheme != "http" or not host or parts.path.strip("/") or parts.query:
            raise Mistake(_COMPLAINT)
        credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}" if parts.username else ""
        return cls(host, port or 3128, credentials)

    def request(self, address: Address, port: int) -> bytes:
        """What asks for a tunnel."""
        place = f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        if self.credentials:
            lines.append(f"Proxy-Authorization: Basic {b64encode(self.credentials.encode()).decode()}")
        return "\r\n".join([*lines, "", ""]).encode()

    def check(self, reply: bytes) -> None:
        """Raises `Transient("connection")` where the proxy can't get there either, `Transient("proxy")` where it won't."""
        match = _REPLY.fullmatch(reply)
        status = int(match[1]) if match else 0
        if 200 <= status < 300:
            return
        if status >= 500:
            raise Transient("connection", f"The proxy could not connect: it answered {status}.")
        raise Transient("proxy", f"The proxy {self.host} opened no tunnel: it answered {status or 'no HTTP'}.")
