"""Which of a page's headings is the article's title, and titles without the name of the site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_PARTING = re.compile(r"\s+[-–—|·•»«:/~]+\s+|\s*[｜|]\s*|\s*：\s*|\s+[-–—]{1,2}(?=[A-Z])|:\s+(?=[A-Z][\w.]{2,14}$)")
_MARKS = re.compile(r"[\W_]+")
_TELLING = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|[^\W\d_]{4,}|\d+")
_AGREEING = 0.25
"""Share of a heading's telling words that the page's metadata must repeat. Metadata is often a shorter or older headline."""
_SHORT = 3
_SITE_WORDS = 5
_LONGEST = 400
"""Characters of a title that are looked at; no headline is longer, and each piece of it is compared with the site's names."""
_LAST_PIECE = re.compile(r"(?:\s+(?=[-–—|·•»])|(?=｜))(?P<mark>[-–—|·•»｜])\s*(?P<piece>[^|｜–—]+)$")
_HOUSE = re.compile(
    r"\b(?:news|newspaper|times|post|daily|herald|tribune|gazette|guardian|journal|chronicle|observer|telegraph|press|today|online|"
    r"radio|tv|magazine|agency|network|media|blog|zeitung|nachrichten|noticias|diario|periódico|jornal|giornale|gazzetta|"
    r"corriere|gazeta|gazette|presse|krant|nieuws|avis|tidning|новости|газета|вести|новини|haber|gazetesi|berita)\b|\.\w{2,4}$",
    re.IGNORECASE,
)


def choose_title(headings: Sequence[str], told: Sequence[str], evidence: str, sites: Sequence[str]) -> str | None:
    """The heading that people see where one agrees with the metadata, else the metadata's own title.

    `told` are titles by metadata, the best first; `evidence` is other text about the article, such as its address;
    `sites` are names of the site. On 87 labelled pages the visible heading is the title on 85; metadata's titles differ
    on 25, where an editor wrote another for search engines.
    """
    known = telling_words(" ".join((*told, evidence)))
    rated = [(_agreement(heading, known), heading) for heading in headings if len(heading) <= _LONGEST]
    best = max(rated, key=lambda pair: pair[0], default=(0.0, ""))
    if best[0] >= _AGREEING and not _names_site(best[1], sites):
        return without_site(_without_label(best[1], told, sites), sites)
    titles = (without_site(title, sites) for title in told)
    return next((title for title in titles if title and not _names_site(title, sites)), None)


def without_site(title: str, sites: Sequence[str]) -> str:
    """The title less first and last pieces that name the site: "… - Site", "… — RT World News", "Site | …", "…｜…"."""
    title = " ".join(title[:_LONGEST].split())
    partings = list(_PARTING.finditer(title))
    for parting in reversed(partings):
        if _names_site(title[parting.end() :], sites):
            return without_site(title[: parting.start()], sites) or title
    if partings and _names_site(title[: partings[0].start()], sites):
        return without_site(title[partings[0].end() :], sites) or title
    return title


def without_likely_site(title: str) -> str:
    """The title of a text whose site nobody knows, less a last piece like one: "… — RT World News", "… | Example"."""
    parting = _LAST_PIECE.search(title[:_LONGEST])
    if parting is None or len(parting["piece"].split()) > _SITE_WORDS:
        return title
    is_house = parting["piece"][0].isupper() and _HOUSE.search(parting["piece"]) is not None
    return title[: parting.start()].strip() if is_house or parting["mark"] in "|｜" else title


def same_title(one: str, other: str) -> bool:
    """Whether two titles are one but for case, marks and spaces."""
    return _plain(one) == _plain(other)


def telling_words(text: str) -> frozenset[str]:
    """Words long enough to say something, figures, and characters of scripts without spaces."""
    return frozenset(_TELLING.findall(text.casefold()))


def _agreement(heading: str, known: frozenset[str]) -> float:
    words = telling_words(heading)
    return len(words & known) / len(words) if words else 0.0


def _without_label(heading: str, told: Iterable[str], sites: Sequence[str]) -> str:
    """A heading that begins with a label ("Exclusive", "Opinion") and goes on with a told title, less the label."""
    for title in (without_site(title, sites) for title in told):
        label = len(heading) - len(title)
        if 0 < label <= 24 and len(title) > 2 * label and heading.endswith(title):
            return title
    return heading


def _names_site(piece: str, sites: Iterable[str]) -> bool:
    """Whether a piece of a title is the site's name, or the name with a section beside it ("RT World News")."""
    plain = _plain(piece)
    return bool(plain) and any(_is_name(piece, plain, name) for name in map(_plain, sites) if name)


def _is_name(piece: str, plain: str, name: str) -> bool:
    if plain == name or (
        len(plain) >= _SHORT and (name.startswith(plain) or name.endswith(plain)) and len(plain) * 2 >= len(name)
    ):
        return True
    words = [_plain(word) for word in piece.split()]
    return len(words) <= 5 and (name in words or (len(name) > _SHORT and (plain.startswith(name) or plain.endswith(name))))


def _plain(text: str) -> str:
    return _MARKS.sub("", text.casefold())
