"""Feeds that nobody wrote: our own bodies, damaged in the ways that servers, proxies, templates and attackers damage them."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

_TAG: Final = re.compile(rb"<[^<>]{1,200}>")
_LARGEST: Final = 300_000  # bytes of one mutant: what is larger is tried elsewhere
_NASTY: Final = (
    b"&",
    b"&nbsp;",
    b"&#0;",
    b"&#x110000;",
    b"&lol9;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<!DOCTYPE rss [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'>]>",
    b"<!DOCTYPE rss SYSTEM 'http://127.0.0.1:9/a.dtd'>",
    b"<!ENTITY x SYSTEM 'file:///etc/hostname'>",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/hostname'/>",
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\x1b[2J",
    b"\r\r\n",
    b"{" * 50,
    b"[" * 50,
    b"\\ud800",
    b"1e999999",
    b"-99999999999999999999",
    b"9999-99-99T99:99:99Z",
    b"javascript:alert(1)",
    b"http://[::1",
    b"http://127.0.0.1:9/x",
    b"data:text/html,x",
    b'xml:base="http://[/"',
    b'xmlns=""',
    b"xmlns:xlink='http://www.w3.org/1999/xlink'",
)
_ENCODINGS: Final = (
    b"utf-8",
    b"utf-16",
    b"us-ascii",
    b"windows-1251",
    b"shift_jis",
    b"hz",
    b"iso-2022-jp",
    b"utf-7",
    b"idna",
    b"zlib",
)
Mutation = Callable[[bytes, random.Random, Sequence[bytes]], bytes]


def mutants(bodies: Sequence[bytes], *, number: int, seed: int) -> Iterator[bytes]:
    """So many damaged bodies, the same for the same seed; each is damaged one to four times."""
    dice = random.Random(seed)
    for _ in range(number):
        body = dice.choice(bodies)
        for _ in range(dice.randint(1, 4)):
            body = dice.choice(_MUTATIONS)(body, dice, bodies)[:_LARGEST]
        yield body


def _place(body: bytes, dice: random.Random) -> int:
    return dice.randint(0, len(body))


def _break_off(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return body[: _place(body, dice)]


def _lose_a_piece(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    begin = _place(body, dice)
    return body[:begin] + body[begin + dice.randint(1, 400) :]


def _repeat_a_piece(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    begin = _place(body, dice)
    piece = body[begin : begin + dice.randint(1, 300)]
    return body[:begin] + piece * dice.choice((2, 3, 50, 1_000)) + body[begin:]


def _flip_bytes(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(body)
    for _time in range(dice.randint(1, 20) if changed else 0):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _insert_something(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    place = _place(body, dice)
    return body[:place] + dice.choice(_NASTY) * dice.choice((1, 1, 1, 100)) + body[place:]


def _begin_with_something(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return dice.choice(_NASTY) + body


def _lose_a_tag(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tags = list(_TAG.finditer(body[:50_000]))
    if not tags:
        return body
    lost = dice.choice(tags)
    return body[: lost.start()] + body[lost.end() :]


def _swap_tags(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tags = [match[0] for match in _TAG.finditer(body[:50_000])]
    return body.replace(dice.choice(tags), dice.choice(tags)) if tags else body


def _nest_a_tag(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    tags = [match[0] for match in _TAG.finditer(body[:50_000])]
    if not tags:
        return body
    tag = dice.choice(tags)
    return body.replace(tag, tag * dice.choice((2, 40, 2_000)), 1)


def _splice(body: bytes, dice: random.Random, bodies: Sequence[bytes]) -> bytes:
    other = dice.choice(bodies)
    return body[: _place(body, dice)] + other[_place(other, dice) :]


def _say_another_encoding(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    said = b"<?xml version='1.0' encoding='" + dice.choice(_ENCODINGS) + b"'?>"
    return said + re.sub(rb"^\s*<\?xml[^>]*\?>", b"", body)


def _encode_otherwise(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return body.decode("utf-8", "replace").encode(dice.choice(("utf-16", "utf-32", "utf-7", "cp1251", "cp037")), "replace")


def _zip(body: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return gzip.compress(body)[: dice.choice((None, -4, 20))]


_MUTATIONS: Final[tuple[Mutation, ...]] = (
    _break_off,
    _lose_a_piece,
    _repeat_a_piece,
    _flip_bytes,
    _insert_something,
    _begin_with_something,
    _lose_a_tag,
    _swap_tags,
    _nest_a_tag,
    _splice,
    _say_another_encoding,
    _encode_otherwise,
    _zip,
)
