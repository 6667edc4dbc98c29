"""What an answer's head and first bytes tell: whether to read on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from shared.failures import Permanent, Transient
from shared.stages.retry_after import retry_after

_MARKUP: Final = frozenset({"text/html", "application/xhtml+xml", "text/plain", "text/xml", "application/xml"})
_BINARY: Final = ("image/", "audio/", "video/", "font/", "model/")
_NO_FEED: Final = frozenset({"application/pdf", "application/zip", "application/msword", "application/x-shockwave-flash"})
_SIGNATURES: Final = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"RIFF",
    b"\x7fELF",
    b"ID3",
    b"OggS",
    b"\x1aE\xdf\xa3",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xd0\xcf\x11\xe0",
    b"wOF",
)


class Accept(Enum):
    """What the caller can use, with the Accept header that says so."""

    PAGE = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5, */*;q=0.1"
    FEED = (
        "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
        "text/xml;q=0.9, application/json;q=0.8, */*;q=0.1"
    )
    ANY = "*/*"

    @property
    def header(self) -> str:
        """The value of the Accept header."""
        return self.value


def check_kind(content_type: str | None, accept: Accept) -> None:
    """Refuse what can't be used before its body is read. Raises `Permanent("not-text")` or `Permanent("not-html")`."""
    kind = (content_type or "").partition(";")[0].partition(",")[0].strip().lower()
    if not kind or accept is Accept.ANY or (accept is Accept.PAGE and kind in _MARKUP):
        return
    if kind.startswith(_BINARY) or kind in _NO_FEED:
        raise Permanent("not-text", f"The server says that it is {kind}.")
    if accept is Accept.FEED:
        return
    if kind.startswith("text/") or kind.endswith(("+xml", "json")):
        raise Permanent("not-html", f"The server says that it is {kind}.")
    raise Permanent("not-text", f"The server says that it is {kind}.")


def check_start(body: bytes, accept: Accept) -> None:
    """Refuse a body that its first bytes give away as a picture, a document or an archive, whatever the header says."""
    if accept is not Accept.ANY and body.startswith(_SIGNATURES):
        raise Permanent("not-text", "The body is a picture, a document or an archive, though the header says otherwise.")


def check_status(status: int, headers: Mapping[str, str], *, now: datetime) -> None:
    """Let 2xx and 304 pass, and raise the failure that any other status means."""
    if 200 <= status < 300 or status == 304:
        return
    pause = retry_after(headers.get("retry-after"), now=now)
    said = f"The server answered {status}."
    if status == 429:
        raise Transient("rate-limited", said, pause)
    if 500 <= status < 600 or status in {408, 425}:
        raise Transient("server-error", said, pause)
    if status in {404, 410}:
        raise Permanent("not-found" if status == 404 else "gone", said)
    refused = status in {401, 402, 403, 407, 451} or status >= 600  # LinkedIn's 999 among them
    raise Permanent("forbidden" if refused else "client-error", said)
