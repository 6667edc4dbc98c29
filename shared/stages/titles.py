"""Titles without the name of the site: "… - Site", "… — RT World News", "Site | …", "…｜…"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_PARTING = re.compile(r"\s+[-–—|·•»«:/]+\s+|\s*[｜|]\s*|\s*：\s*")
_LETTERS = re.compile(r"\W+")


def without_site(title: str, sites: Sequence[str]) -> str:
    """The title less a first or last piece that names the site; `sites` are its names and the host."""
    pieces = list(_PARTING.finditer(title))
    if pieces and _names(title[pieces[-1].end() :], sites):
        return without_site(title[: pieces[-1].start()], sites)
    if pieces and _names(title[: pieces[0].start()], sites):
        return without_site(title[pieces[0].end() :], sites)
    return title.strip()


def _names(piece: str, sites: Sequence[str]) -> bool:
    letters = _LETTERS.sub("", piece.casefold())
    return bool(letters) and any(
        letters == name or (len(letters) > 3 and letters in name) or name in letters
        for name in map(_plain, sites)
        if len(name) > 1
    )


def _plain(site: str) -> str:
    return _LETTERS.sub("", site.casefold())
