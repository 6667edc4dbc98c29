"""The canonical address of an article: many spellings of a URL, one link.

    spelling ──▶ its parts ──▶ out of redirectors and AMP ──▶ tracking and sessions off ──▶ refused, or a LinkAddress

Scheme and host are spelled as RFC 3986 §6.2 tells, parameters keep their order, and what might matter to the server stays:
only what `link_rules.toml` names goes. A library (courlan) was measured first: it drops any parameter whose name
begins with "ga", "cid", "ref", "eid" or "source" after a word boundary, all parameters without "=", and refuses
/archives/123 and /story/12/34/, each of which is somebody's permalink; so only the idea of a rule list was kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from shared.failures import Permanent
from shared.stages import link_parts, link_refusal, link_unwrap
from shared.stages.link_parts import Parts

_LONGEST: Final = 4_000
_UNWRAPPED_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class LinkAddress:
    """A link's canonical URL, and its host (with the port, where that isn't the scheme's own)."""

    url: str
    host: str


def entry_to_link(url: str) -> LinkAddress:
    """Give the one address of the article that a URL leads to.

    Raises `Permanent("bad-url")` for what is no web address, `Permanent("not-an-article-link")` for home pages,
    listings and files.
    """
    parts = _unwrapped(_parts(url))
    parts = replace(parts, path=link_parts.without_session(parts.path), query=link_parts.clean_query(parts.query, parts.host))
    if why := link_refusal.refusal(parts):
        raise Permanent("not-an-article-link", f"{parts.url} {why}.")
    return LinkAddress(url=parts.url, host=parts.host)


def _parts(url: str) -> Parts:
    spelled = link_parts.tidy(url)
    if len(spelled) > _LONGEST:
        raise Permanent("bad-url", f"The URL has {len(spelled):,} characters.")
    try:
        return _normal(urlsplit(spelled))
    except ValueError as error:
        raise Permanent("bad-url", f"{spelled[:200]!r} {error}.") from error


def _normal(split: SplitResult) -> Parts:
    scheme = split.scheme.lower()
    if scheme not in {"http", "https"}:
        raise ValueError("is neither http nor https")
    if "@" in split.netloc:
        raise ValueError("carries user info")
    return Parts(
        scheme=scheme,
        host=link_parts.host_with_port(split.hostname, split.port, scheme),
        path=link_parts.normal_path(split.path),
        query=link_parts.normal_query(split.query),
    )


def _unwrapped(parts: Parts) -> Parts:
    """Take an address out of the redirectors around it; one that can't be read stays as it is."""
    for _ in range(_UNWRAPPED_AT_MOST):
        inner = link_unwrap.target(parts)
        if inner is None:
            break
        try:
            parts = _parts(inner)
        except Permanent:
            break
    return link_unwrap.without_amp(parts)
