"""page bytes → the page's markup as text: first the byte order mark, then HTTP, then the page's own word, then UTF-8."""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding, map_encoding_to_html5

from shared.model import Page, Rejection

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET_OF_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CHARSET_OF_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_CHARSET_OF_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_WHERE_PAGES_SAY = 4096
"""Bytes searched for the page's own word; the HTML standard asks for 1,024, real heads are longer."""
_WIDER = {"big5": "big5hkscs", "euc_kr": "cp949", "gbk": "gb18030", "iso8859-11": "cp874", "shift_jis": "cp932"}
"""The superset that pages really use, as browsers read them."""
_SEVEN_BITS = "iso2022_jp"
_NO_TEXT = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"ID3", b"OggS", b"\x00\x00\x00")
_TEXT_TYPES = ("text/", "application/xhtml", "application/xml", "application/octet-stream")


def page_to_text(page: Page) -> str | Rejection:
    """The markup of a page, without the zero bytes that no parser takes; `not-text` for PDF, pictures and other bytes."""
    kind = page.headers.get("content-type", "").strip().lower()
    if kind and not kind.startswith(_TEXT_TYPES) and "html" not in kind:
        return Rejection("not-text", f"the server calls it {kind.split(';')[0]}")
    if not page.body.strip():
        return Rejection("too-short", "the server sent an empty page")
    if _is_no_text(page.body):
        return Rejection("not-text", "the bytes are no text")
    return decode(page.body, kind).replace("\0", "")


def decode(body: bytes, content_type: str = "") -> str:
    """The text of the bytes; what no charset explains becomes U+FFFD, never an exception.

    Valid UTF-8 beyond ASCII is never anything else by accident, so it goes before what server and page say: many say
    ISO-8859-1 out of habit. Only charsets of seven bits look like ASCII, and must be asked for first.
    """
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    named = _named_charsets(body, content_type)
    if named and named[0] == _SEVEN_BITS:
        return body.decode(named[0], "replace")
    text = body.decode("utf-8", "replace")
    return text if _is_utf8(text) else _decode_as_named(body, named) or text


def _named_charsets(body: bytes, content_type: str) -> list[str]:
    """Charsets that HTTP and then the page itself name, as far as they are known."""
    head = body[:_WHERE_PAGES_SAY]
    names = [match[1] for match in [_CHARSET_OF_HTTP.search(content_type)] if match]
    matches = (pattern.search(head) for pattern in (_CHARSET_OF_META, _CHARSET_OF_XML))
    names += [match[1].decode("ascii", "replace") for match in matches if match]
    return [known for known in map(_known, names) if known]


def _known(name: str) -> str | None:
    """Python's name for what a page means by this name, after the WHATWG Encoding Standard."""
    charset = map_encoding_to_html5(name, fallback_utf8=False)
    # Markup that could be searched as ASCII is not in UTF-16, whatever it says.
    return None if charset is None or charset.startswith("utf-16") else _WIDER.get(charset, charset)


def _is_utf8(text: str) -> bool:
    """Whether text decoded as UTF-8 was UTF-8: a page cut mid-character has a flaw or two, one in another charset little else."""
    flaws = text.count("\ufffd")
    return not flaws or flaws <= (len(text) - len(text.encode("ascii", "ignore"))) / 10


def _decode_as_named(body: bytes, named: list[str]) -> str | None:
    """The first named charset without a flaw, else the one with the fewest; what nobody names is guessed."""
    texts = [body.decode(charset, "replace") for charset in named]
    if not texts:
        guess = detect_encoding(body)
        return body.decode(guess, "replace") if guess else None
    return min(texts, key=lambda text: text.count("\ufffd"))


def _is_no_text(body: bytes) -> bool:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    if body.startswith(_NO_TEXT):
        return True
    start = body[:_WHERE_PAGES_SAY]
    controls = sum(start.count(bytes([code])) for code in (*range(9), *range(14, 27), *range(28, 32)))
    return controls > len(start) / 10
