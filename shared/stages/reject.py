"""Why a page is no article: each reason decided by what the page shows, in favour of the article where in doubt."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import urlsplit

from shared.model import Page, Rejection
from shared.stages.clean import Cleaned
from shared.stages.clean.lines import Line, count_words, line_key, prose_words, split_lines
from shared.stages.clean.link_lines import Block, LinkedLines
from shared.stages.metadata import Metadata

_READ = 2000
"""Characters that tell whether a text has words."""
_LEAST_WORDS = 20
"""A news flash has a sentence or two; what is shorter is a caption or a headline."""
_WALL_WORDS = 400
_WALL_TERMS = 3
_PAYWALL_WORDS = 120
_PAID_WORDS = 40
_ERROR_WORDS = 120
_SECTION_HEADINGS = 5
_SECTION_PROSE = 80
_TEASER_WORDS = 60
"""Words of running text that a teaser has at most; a list of ten things worth buying has more under each heading."""
_HOME_STEPS = ("index.html", "index.htm", "index.php", "home", "home.html", "default.aspx")


@dataclass(frozen=True, slots=True)
class _Phrases:
    consent: tuple[str, ...]
    action: tuple[str, ...]
    consent_addresses: tuple[str, ...]
    paywall: tuple[str, ...]
    error: tuple[str, ...]


@cache
def _phrases() -> _Phrases:
    data = tomllib.loads((resources.files("shared.stages") / "walls.toml").read_text("utf-8"))
    return _Phrases(**{name: tuple(phrases) for name, phrases in data.items()})


def reject_page(page: Page) -> Rejection | None:
    """What the answer alone tells, before anything is parsed."""
    if page.status >= 400:
        return Rejection("error-page", f"the server answered {page.status}")
    address = urlsplit(page.final_url)
    if any(piece in f"{address.hostname}{address.path}".lower() for piece in _phrases().consent_addresses):
        return Rejection("consent-wall", f"the address leads to a wall: {page.final_url}")
    if not address.query and _is_home(address.path):
        return Rejection("home-page", "the address that answered is the host's home page")
    return None


def _is_home(path: str) -> bool:
    """Whether a path is none, or only a language or the name of a start page ("/en", "/de/index.html")."""
    steps = [step for step in path.lower().split("/") if step and step not in _HOME_STEPS]
    return not steps or (len(steps) == 1 and steps[0].isalpha() and len(steps[0]) == 2)


def reject_article(cleaned: Cleaned, raw_text: str, linked: LinkedLines, metadata: Metadata) -> Rejection | None:
    """What text and metadata tell. `raw_text` still holds the lines that cleaning took, walls among them."""
    raw = split_lines(raw_text)
    words = count_words(cleaned.text)
    return (
        _consent_wall(raw, metadata)
        or _error_page(raw, metadata)
        or _paywall_stub(raw, words, metadata)
        or _section_page(raw, split_lines(cleaned.text), linked, metadata)
        or _too_little(words, metadata)
        or _no_words(cleaned.text)
    )


def _consent_wall(raw: Sequence[Line], metadata: Metadata) -> Rejection | None:
    """Several words of consent and one of action in a text too short for an article about privacy."""
    words = sum(line.words for line in raw)
    if not 0 < words <= _WALL_WORDS:
        return None
    text = " ".join(line.key for line in raw)
    terms = [term for term in _phrases().consent if term in text]
    mentions = sum(text.count(term) for term in terms)
    density = 15 if metadata.is_article else 40
    if len(terms) < _WALL_TERMS or mentions * density < words or not any(term in text for term in _phrases().action):
        return None
    return Rejection("consent-wall", f"{words} words about {', '.join(terms[:_WALL_TERMS])}")


def _error_page(raw: Sequence[Line], metadata: Metadata) -> Rejection | None:
    """An error's phrase as the title or the first line of a short text."""
    if sum(line.words for line in raw) > _ERROR_WORDS:
        return None
    for text in (line_key(metadata.title or ""), raw[0].key if raw else ""):
        matches = str.__eq__ if metadata.is_article else _begins_or_ends
        if count_words(text) <= 10 and any(matches(text, phrase) for phrase in _phrases().error):
            return Rejection("error-page", f"the page says: {text}")
    return None


def _begins_or_ends(text: str, phrase: str) -> bool:
    return f"{text} ".startswith(f"{phrase} ") or f" {text}".endswith(f" {phrase}") or text == phrase


def _paywall_stub(raw: Sequence[Line], words: int, metadata: Metadata) -> Rejection | None:
    """A short text with a paywall's phrase, or a very short one that its page says costs."""
    if metadata.is_paid and words < _PAID_WORDS:
        return Rejection("paywall-stub", f"the page says that it costs, and shows {words} words")
    if words >= _PAYWALL_WORDS:
        return None
    said = next((phrase for line in raw[-6:] for phrase in _phrases().paywall if phrase in line.key), None)
    return (
        Rejection("paywall-stub", f"{words} words, then: {said}")
        if said and (metadata.is_paid or words < _PAYWALL_WORDS / 2)
        else None
    )


def _section_page(raw: Sequence[Line], lines: Sequence[Line], linked: LinkedLines, metadata: Metadata) -> Rejection | None:
    """Headlines that are links, and little running text: a list of articles, unless the page itself says article."""
    if metadata.is_article:
        return None
    headings = _count(raw, linked, (Block.HEADING,))
    links = _count(raw, linked, tuple(Block))
    if headings >= _SECTION_HEADINGS and headings * 4 >= len(raw) and prose_words(lines) < headings * _TEASER_WORDS:
        return Rejection("section-page", f"{headings} of its {len(raw)} lines are headings that link elsewhere")
    if links >= 2 * _SECTION_HEADINGS and links * 2 >= len(raw) and prose_words(lines) < _SECTION_PROSE:
        return Rejection("section-page", f"{links} of its {len(raw)} lines are links, with hardly any running text")
    return None


def _count(lines: Iterable[Line], linked: LinkedLines, kinds: tuple[Block, ...]) -> int:
    return sum(linked.blocks.get(line.key) in kinds for line in lines)


def _too_little(words: int, metadata: Metadata) -> Rejection | None:
    if words == 0:
        return Rejection("not-an-article", "no text was found on the page")
    if words < _LEAST_WORDS:
        return Rejection("too-short", f"{words} words")
    if (
        not metadata.is_article
        and (metadata.kind or "").split(".")[0] in {"video", "music", "profile", "product", "book"}
        and words < 60
    ):
        return Rejection("not-an-article", f"the page calls itself {metadata.kind}, and has {words} words")
    return None


def _no_words(text: str) -> Rejection | None:
    """Marks and boxes instead of letters: bytes that were read in no charset of theirs."""
    start = "".join(text[:_READ].split())
    readable = sum(letter.isalnum() or unicodedata.combining(letter) > 0 for letter in start)
    if 2 * readable < len(start) or 20 * start.count("\ufffd") > len(start):
        return Rejection("not-text", "most of its characters are no letters")
    return None
