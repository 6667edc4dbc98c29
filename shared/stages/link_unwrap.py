"""Out of the wrappers around an address: redirectors that name their target, AMP caches and AMP variants."""

from __future__ import annotations

import base64
import binascii
import re
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
    host = bare_host(parts.host)
    if host_matches(host, "news.google.*"):
        return _google_news_target(parts.path) or _named_target(parts, host)
    if host_matches(host, "yahoo.com"):
        return _yahoo_target(parts.path)
    return _amp_cache_target(parts, host) or _named_target(parts, host)


def without_amp(parts: Parts) -> Parts:
    """The page that an AMP or mobile variant stands for, where the address alone tells."""
    host = rules()["mobile"].get(parts.host, parts.host)
    if ".m.wikipedia.org" in host:
        host = host.replace(".m.wikipedia.org", ".wikipedia.org")
    path = _AMP_TAIL.sub(lambda tail: tail[1] or "", parts.path)
    return Parts(scheme=parts.scheme, host=host, path=path or "/", query=parts.query)


def _named_target(parts: Parts, host: str) -> str | None:
    for place, names in rules()["redirectors"].items():
        site, slash, path = place.partition("/")
        if host_matches(host, site) and _path_matches(parts.path, slash + path):
            return _first_address(parts.query, names)
    return None


def _path_matches(path: str, pattern: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path.rstrip("/") == pattern.rstrip("/")


def _first_address(query: str, names: list[str]) -> str | None:
    """The first parameter that holds an address; an empty name means that the whole query is one."""
    pairs = dict(pair.partition("=")[::2] for pair in reversed(query.split("&")))
    values = (unquote(query if name == "" else pairs.get(name, "")) for name in names)
    return next((value for value in values if value.lower().startswith(("http://", "https://"))), None)


def _google_news_target(path: str) -> str | None:
    """Ids written before 2024 hold the address in base64; later ones can't be read without asking."""
    match = _GOOGLE_NEWS.match(path)
    if match is None:
        return None
    try:
        inside = base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4))
    except (binascii.Error, ValueError):
        return None
    found = _ADDRESS.search(inside)
    return found[0].decode("ascii") if found else None


def _yahoo_target(path: str) -> str | None:
    match = _YAHOO.search(path)
    return unquote(match[1] or match[2]) if match else None


def _amp_cache_target(parts: Parts, host: str) -> str | None:
    pattern = None
    if host_matches(host, "cdn.ampproject.org"):
        pattern = _AMP_CACHE
    elif host_matches(host, "google.*") or host_matches(host, "bing.com"):
        pattern = _AMP_VIEWER
    match = pattern.fullmatch(parts.path) if pattern else None
    if match is None:
        return None
    return f"{'https' if match[1] else 'http'}://{match[2]}" + (f"?{parts.query}" if parts.query else "")
