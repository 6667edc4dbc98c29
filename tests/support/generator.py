"""A closed newsroom of any size with known truth: feeds, copies on other hosts, URL variants, updates, dead pages and traps.

Everything follows from a seed. Prose is made of invented words, so that two stories have no passage in common, and a copy is
verbatim: which articles tell the same text is known without reading them. Pages are written when they are asked for, so
100,000 links take no more memory than their list.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from html import escape

_SYLLABLES = [first + vowel + last for first in "bdfgklmnprstvz" for vowel in "aeiou" for last in ("", "l", "n", "r")]
_SIZES = (1, 1, 1, 1, 1, 1, 2, 2, 3, 5)  # articles in a story
_PARAGRAPHS = 6
_EVERYWHERE = 500  # entries of the feed that names links of all outlets


class Kind(StrEnum):
    """What a link leads to."""

    ARTICLE = "article"
    UPDATED = "updated"  # an article that tells more from the second edition on
    ALIAS = "alias"  # another address of an article of the same host, as its page says
    MISSING = "missing"
    THIN = "thin"  # a page with too little text
    FLAKY = "flaky"  # an article whose server is busy at first
    TRAP = "trap"  # a behaviour of a hostile server, which isn't the newsroom's own


_SHARES = {Kind.UPDATED: 0.05, Kind.ALIAS: 0.03, Kind.MISSING: 0.02, Kind.THIN: 0.02}


@dataclass(frozen=True, slots=True)
class Item:
    """One link of the newsroom; `story` is the number of the text that it tells."""

    number: int
    host: str
    path: str
    kind: Kind
    story: int
    same_as: str = ""
    """Path of the article that an alias leads to."""


@dataclass
class Newsroom:
    """All links, and how much of them the feeds tell so far.

    `flaky` is the share of pages that answer 503 the first time; `traps` names behaviours of a hostile server that listens at
    `trap_port`: the outlets link to them, each at a host of its own.
    """

    seed: int
    links: int
    hosts: int = 24
    flaky: float = 0.0
    traps: Sequence[str] = ()
    trap_port: int = 0
    port: int = 0
    published: int = 0
    edition: int = 1
    asked: dict[str, int] = field(default_factory=dict)
    """How often each page was asked for, by host and path."""

    @cached_property
    def items(self) -> list[Item]:
        """Every link, in the order of publication."""
        made = [*self._make(), *self._make_traps()]
        order = random.Random(self.seed)
        order.shuffle(made)
        return [Item(place, each.host, each.path, each.kind, each.story, each.same_as) for place, each in enumerate(made)]

    @cached_property
    def by_address(self) -> dict[str, Item]:
        """Each item by host and path."""
        return {each.host + each.path: each for each in self.items}

    @cached_property
    def by_outlet(self) -> dict[str, list[Item]]:
        """The items that the feed of each outlet tells, in the order of publication."""
        told: dict[str, list[Item]] = {}
        for item in self.items:
            told.setdefault(self._tells(item), []).append(item)
        return told

    @cached_property
    def outlets(self) -> list[str]:
        """The host names."""
        return [f"paper{number}.localhost" for number in range(self.hosts)]

    def publish(self, share: float) -> None:
        """Let the feeds tell this share of all links."""
        self.published = round(len(self.items) * share)

    def update(self) -> None:
        """Bring out the second edition: some pages tell more, and their feeds say that they changed."""
        self.edition = 2

    def url(self, item: Item) -> str:
        """The canonical URL of a link."""
        return f"http://{item.host}:{self.trap_port if item.kind is Kind.TRAP else self.port}{item.path}"

    def feed_urls(self) -> list[str]:
        """A feed of each outlet, and one that names links of all outlets, with tracking parameters."""
        return [f"http://{host}:{self.port}/feed.xml" for host in [*self.outlets, "everywhere.localhost"]]

    def partition(self) -> set[frozenset[str]]:
        """The truth: every story as the URLs of its articles."""
        told: dict[int, set[str]] = {}
        for item in self.items[: self.published]:
            if item.kind not in {Kind.MISSING, Kind.THIN, Kind.TRAP}:
                told.setdefault(item.story, set()).add(f"http://{item.host}:{self.port}{item.same_as or item.path}")
        return {frozenset(urls) for urls in told.values()}

    def updated_urls(self) -> set[str]:
        """The articles that tell more now."""
        return {self.url(item) for item in self.items[: self.published] if item.kind is Kind.UPDATED and self.edition > 1}

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of an address, as the web sees it."""
        if path == "/feed.xml":
            return 200, "application/rss+xml", self._feed(host).encode()
        item = self.by_address.get(host + path)
        times = self.asked[host + path] = self.asked.get(host + path, 0) + 1
        if item is None or item.kind is Kind.MISSING:
            return 404, "text/html", b"<html><body><p>There is no such page.</p></body></html>"
        if item.kind is Kind.FLAKY and times == 1:
            return 503, "text/html", b"<html><body><p>Try again.</p></body></html>"
        return 200, "text/html; charset=utf-8", self._page(item).encode()

    def _make(self) -> Iterator[Item]:
        chance = random.Random(self.seed + 1)
        number = story = 0
        while number < self.links:
            story += 1
            for host in chance.sample(self.outlets, min(chance.choice(_SIZES), self.hosts)):
                if number >= self.links:
                    return
                kind = self._kind(chance)
                path = f"/2026/11/{title_of(self.seed, story).lower().replace(' ', '-')}-{number}"
                if kind is Kind.ALIAS and number + 1 < self.links:
                    yield Item(0, host, "/amp" + path, kind, story, path)
                    number += 1
                yield Item(0, host, path, Kind.ARTICLE if kind is Kind.ALIAS else kind, story)
                number += 1

    def _make_traps(self) -> Iterator[Item]:
        for number, name in enumerate(self.traps):
            yield Item(0, f"trap{number}.localhost", f"/{name}", Kind.TRAP, -1 - number)

    def _kind(self, chance: random.Random) -> Kind:
        drawn = chance.random()
        for kind, share in {**_SHARES, Kind.FLAKY: self.flaky}.items():
            if drawn < share:
                return kind
            drawn -= share
        return Kind.ARTICLE

    def _feed(self, host: str) -> str:
        everywhere = host == "everywhere.localhost"
        shown = self.items[::5][:_EVERYWHERE] if everywhere else self.by_outlet.get(host, [])
        chosen = [item for item in shown if item.number < self.published]
        told = "".join(self._entry(item, tracked=everywhere) for item in chosen)
        return f'<rss version="2.0"><channel><title>{host}</title>{told}</channel></rss>'

    def _tells(self, item: Item) -> str:
        """The outlet whose feed has this link."""
        return self.outlets[item.number % self.hosts] if item.kind is Kind.TRAP else item.host

    def _entry(self, item: Item, *, tracked: bool) -> str:
        changed = item.kind is Kind.UPDATED and self.edition > 1
        title = title_of(self.seed, item.story) + (", updated" if changed and not tracked else "")
        url = self.url(item) + (
            f"?utm_source=rss&amp;utm_medium=feed&amp;utm_campaign=c{item.number}#comments" if tracked else ""
        )
        return (
            f"<item><title>{title}</title><link>{url}</link><guid isPermaLink='false'>{item.number}</guid>"
            f"<pubDate>Fri, 20 Nov 2026 0{item.number % 10}:{item.number % 60:02}:00 GMT</pubDate></item>"
        )

    def _page(self, item: Item) -> str:
        title = title_of(self.seed, item.story)
        paragraphs = ["Soon more."] if item.kind is Kind.THIN else prose(self.seed, item.story)
        if item.kind is Kind.UPDATED and self.edition > 1:
            paragraphs = [*paragraphs, added(self.seed, item.story)]
        body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
        canonical = f'<link rel="canonical" href="http://{item.host}:{self.port}{item.same_as or item.path}">'
        head = f"<head><meta charset='utf-8'><title>{title}</title>{canonical}</head>"
        return f"<!DOCTYPE html><html lang='en'>{head}<body><article><h1>{title}</h1>{body}</article></body></html>"


def title_of(seed: int, story: int) -> str:
    """A headline of five words."""
    words = _Words(f"title {seed} {story}")
    return f"{words.name()} {words.word()} {words.word()} {words.word()} {words.name()}"


def prose(seed: int, story: int) -> list[str]:
    """About 200 words that no other story has, with names and numbers."""
    words = _Words(f"prose {seed} {story}")
    return [" ".join(words.sentence() for _ in range(3)) for _ in range(_PARAGRAPHS)]


def added(seed: int, story: int) -> str:
    """The paragraph that the second edition adds."""
    return _Words(f"added {seed} {story}").sentence()


class _Words:
    def __init__(self, seed: str) -> None:
        self._chance = random.Random(seed)

    def word(self) -> str:
        return "".join(self._chance.choices(_SYLLABLES, k=3))

    def name(self) -> str:
        return self.word().capitalize()

    def sentence(self) -> str:
        word, number = self.word, self._chance.randint(11, 9999)
        return (
            f"The {word()} of {self.name()} {word()} the {word()} {word()} in {self.name()}, "
            f"and {number} {word()} were {word()} by a {word()} with {word()}."
        )
