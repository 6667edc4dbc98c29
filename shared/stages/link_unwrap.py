"""Out of the wrappers around an address: redirectors that name their target, AMP caches and AMP variants."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Final
from urllib.parse import unquote

from shared.stages.link_parts import Parts, bare_host, host_matches, rules

_GOOGLE_NEWS: Final = re.compile(r"/(?:rss/|__i/rss/rd/)?articles/([A-Za-z0-9_-]{20,})")
_ADDRESS: Final = re.compile(rb"https?://[\x21-\x7e]+")
_AMP_VIEWER: Final = re.compile(r"/amp/(s/)?(.+\..+)", re.IGNORECASE)
_AMP_CACHE: Final = re.compile(r"/(?:c|v|i|a|wp|mbv/c)/(s/)?(.+)", re.IGNORECASE)
_AMP_TAIL: Final = re.compile(r"(?:/amp|\.amp)(/?)$|\.amp(?=\.html?$)", re.IGNORECASE)
_YAHOO: Final = re.compile(r"/\*+(https?(?:://|%3A%2F%2F).+)|/RU=([^/]+)/", re.IGNORECASE)


def target(parts: Parts) -> str | None:
    """The address that a redirector or an AMP cache carries, or None for any other address."""
    for wrapper in _wrappers(bare_host(parts.host)):
        if found := wrapper(parts):
            return found
    return None


@lru_cache(maxsize=4_096)
def _wrappers(host: str) -> tuple[Callable[[Parts], str | None], ...]:
    """What to try on this host: for nearly all of them nothing, and feeds name the same few again and again."""
    special: dict[str, Callable[[Parts], str | None]] = {
        "news.google.*": _google_news_target,
        "yahoo.com": _yahoo_target,
        "cdn.ampproject.org": partial(_amp_target, _AMP_CACHE),
        "google.*": partial(_amp_target, _AMP_VIEWER),
        "bing.com": partial(_amp_target, _AMP_VIEWER),
    }
    named = (
        partial(_named_target, "/" + place.partition("/")[2], tuple(names))
        for place, names in rules()["redirectors"].items()
        if host_matches(host, place.partition("/")[0])
    )
    return (*(unwrap for site, unwrap in special.items() if host_matches(host, site)), *named)


def without_amp(parts: Parts) -> Parts:
    """The page that an AMP or mobile variant stands for, where the address alone tells."""
    host = rules()["mobile"].get(parts.host, parts.host)
    if ".m.wikipedia.org" in host:
        host = host.replace(".m.wikipedia.org", ".wikipedia.org")
    path = _AMP_TAIL.sub(lambda tail: tail[1] or "", parts.path)
    return Parts(scheme=parts.scheme, host=host, path=path or "/", query=parts.query)


def _named_target(path: str, names: tuple[str, ...], parts: Parts) -> str | None:
    return _first_address(parts.query, names) if _path_matches(parts.path, path) else None


def _path_matches(path: str, pattern: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path.rstrip("/") == pattern.rstrip("/")


def _first_address(query: str, names: tuple[str, ...]) -> str | None:
    """The first parameter that holds an address; an empty name means that the whole query is one."""
    pairs = dict(pair.partition("=")[::2] for pair in reversed(query.split("&")))
    values = (unquote(query if name == "" else pairs.get(name, "")) for name in names)
    return next((value for value in values if value.lower().startswith(("http://", "https://"))), None)


def _google_news_target(parts: Parts) -> str | None:
    """Ids written before 2024 hold the address in base64; later ones can't be read without asking."""
    match = _GOOGLE_NEWS.match(parts.path)
    if match is None:
        return None
    try:
        inside = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
    except (binascii.Error, ValueError):
        return None
    found = _ADDRESS.search(inside)
    return found[0].decode("ascii") if found else None


def _yahoo_target(parts: Parts) -> str | None:
    match = _YAHOO.search(parts.path)
    return unquote(match[1] or match[2]) if match else None


def _amp_target(pattern: re.Pattern[str], parts: Parts) -> str | None:
    match = pattern.fullmatch(parts.path)
    if match is None:
        return None
    return f"{'https' if match[1] else 'http'}://{match[2]}" + (f"?{parts.query}" if parts.query else "")
