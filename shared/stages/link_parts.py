"""The parts of a URL, each in its normal spelling."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final
from urllib.parse import quote, unquote

import idna

_INVISIBLE: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028\u2029\ufeff]+")
_ESCAPED_AND: Final = re.compile(r"&(?:amp|#0*38);")
_SECOND_SCHEME: Final = re.compile(r"^https?:/*(?=https?:/)", re.IGNORECASE)
_COUNTRY: Final = re.compile(r"com|(?:com?\.)?[a-z]{2}")
_ESCAPE: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_BARE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT_IN_PATH: Final = "%/:=&~+!$,;@'()*"
_KEPT_IN_QUERY: Final = "%/:=&?~+!$,;@'()*"
_PATH_SESSION: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_COOKIELESS: Final = re.compile(r"/\((?:[A-Z]\([^()/]+\))+\)(?=/)", re.IGNORECASE)  # ASP.NET: /(S(token))/
_ASCII_HOST: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Parts:
    """A normalised URL: `host` has its port where it isn't the scheme's own, `path` begins with a slash."""

    scheme: str
    host: str
    path: str
    query: str

    @property
    def url(self) -> str:
        """The URL put together."""
        return f"{self.scheme}://{self.host}{self.path}" + (f"?{self.query}" if self.query else "")


@cache
def rules() -> Mapping[str, Any]:
    """The rule file as a dictionary."""
    return tomllib.loads(resources.files("shared.stages").joinpath("link_rules.toml").read_text("utf-8"))


def tidy(url: str) -> str:
    """Without the blanks, line breaks, CDATA marks and doubled escapes that feeds wrap around addresses."""
    spelled = _INVISIBLE.sub("", url).strip(" \u00a0")
    if spelled.startswith("<![CDATA["):
        spelled = spelled.removeprefix("<![CDATA[").removesuffix("]]>").strip(" \u00a0")
    if spelled.lower().startswith("www."):
        spelled = "http://" + spelled
    return _SECOND_SCHEME.sub("", _ESCAPED_AND.sub("&", spelled).replace(" ", "%20"))


def host_with_port(name: str | None, port: int | None, scheme: str) -> str:
    """The host in ASCII and lower case, with its port unless that is the scheme's own. Raises `ValueError`."""
    if not name:
        raise ValueError("names no host")
    host = f"[{name}]" if ":" in name else _ascii(name.rstrip(".").lower())
    return host if port in (None, _DEFAULT_PORTS[scheme]) else f"{host}:{port}"


def bare_host(host: str) -> str:
    """The host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host


def normal_path(path: str) -> str:
    """Dot segments resolved, escapes in capitals, nothing escaped that needn't be."""
    return _without_dots(_escaped(path or "/", _KEPT_IN_PATH))


def normal_query(query: str) -> str:
    """The query with its escapes in their normal spelling; order and empty values stay."""
    return _escaped(query, _KEPT_IN_QUERY)


def without_session(path: str) -> str:
    """The path without a session's token in it."""
    return _COOKIELESS.sub("", _PATH_SESSION.sub("", path)) or "/"


def clean_query(query: str, host: str) -> str:
    """The query without parameters that only track the reader or carry their session."""
    if not query:
        return ""
    return "&".join(pair for pair in query.split("&") if pair and not _is_noise(pair, bare_host(host)))


def host_matches(host: str, pattern: str) -> bool:
    """Whether a host is the pattern's or below it; `google.*` stands for every country's."""
    if pattern.endswith(".*"):
        before, found, country = f".{host}".rpartition(f".{pattern[:-1]}")
        return bool(found) and _COUNTRY.fullmatch(country) is not None and not before.endswith(".")
    return host == pattern or host.endswith("." + pattern)


def _is_noise(pair: str, host: str) -> bool:
    raw_name, _, raw_value = pair.partition("=")
    name, value = unquote(raw_name).lower().removeprefix("amp;"), unquote(raw_value)
    if _named(name, _noise_on(host)) or value.lower() in rules()["tracking"]["with_value"].get(name, ()):
        return True
    session = rules()["session"]
    return name in session["long"] and _is_token(value, session["long_from"])


def _is_token(value: str, least: int) -> bool:
    return len(value) >= least and value.isalnum() and any(each.isdigit() for each in value)


@lru_cache(maxsize=4_096)
def _noise_on(host: str) -> frozenset[str]:
    """Names of parameters that say nothing on this host; feeds name the same few hosts again and again."""
    tracking, session = rules()["tracking"], rules()["session"]
    here = (name for site, names in tracking["on_host"].items() if host_matches(host, site) for name in names)
    return frozenset(name.lower() for name in (*tracking["anywhere"], *session["always"], *here))


def _named(name: str, names: frozenset[str]) -> bool:
    return name in names or name.startswith(_open_ended(names))


@lru_cache(maxsize=4_096)
def _open_ended(names: frozenset[str]) -> tuple[str, ...]:
    """The beginnings of those that end in a star."""
    return tuple(name.removesuffix("*") for name in names if name.endswith("*"))


def _ascii(name: str) -> str:
    host = name
    if not _ASCII_HOST.fullmatch(host):
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            host = ""
    if not _ASCII_HOST.fullmatch(host) or len(host) > 253:
        raise ValueError("has no host name that a name server could know")
    return host


def _escaped(text: str, kept: str) -> str:
    """RFC 3986 §6.2.2: unreserved characters plain, all others that aren't kept escaped, escapes in capitals."""
    encoded = quote(_BARE_PERCENT.sub("%25", text), safe=kept)
    return _ESCAPE.sub(_normal_escape, encoded)


def _normal_escape(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return character if character in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986 §5.2.4; slashes doubled at the beginning are one."""
    kept: list[str] = []
    segments = ("/" + path.lstrip("/")).split("/")[1:]
    for segment in segments:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
