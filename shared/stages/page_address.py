"""Which address a page goes by: its own word counts only where it stays on the host and doesn't lead up to a section."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, urljoin, urlsplit

_FORMS = ("amp", "amp.html", "index.html", "index.php", "print", "page", "full")
_TWINS = ("www.", "m.", "mobile.", "amp.")


def canonical_url(url: str, told: Iterable[str]) -> str:
    """The first told address (rel=canonical, og:url) that may be trusted, without fragment; else `url`.

    Not trusted are other hosts, home pages and parents of the address that answered: sites put such into every page.
    """
    own = urlsplit(url)
    for candidate in told:
        parts = _resolved(url, candidate)
        if parts and _same_host(parts, own) and _names_a_page(parts, own):
            return parts._replace(fragment="").geturl()
    return url


def _resolved(url: str, candidate: str) -> SplitResult | None:
    try:
        parts = urlsplit(urljoin(url, candidate.strip()))
        return parts if candidate.strip() and parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def _same_host(one: SplitResult, other: SplitResult) -> bool:
    return _bare_host(one) == _bare_host(other)


def _bare_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return next((host.removeprefix(twin) for twin in _TWINS if host.startswith(twin) and host.count(".") > 1), host)


def _names_a_page(parts: SplitResult, own: SplitResult) -> bool:
    """Not so the home page, nor a folder above the page; a page less its form ("/amp", "/index.html", "/2") is one."""
    path, own_path = parts.path.strip("/"), own.path.strip("/")
    if not path or parts.query:
        return bool(parts.query)
    if not own_path.startswith(f"{path}/"):
        return True
    below = own_path.removeprefix(f"{path}/").split("/")
    return all(step in _FORMS or step.isdigit() for step in below)
