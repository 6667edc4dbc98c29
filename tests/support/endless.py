"""A newsroom without an end: links are made as they are asked for, and its feeds tell only the newest, as real ones do.

Hosts take turns: link n belongs to host n modulo their number. Every ten links tell six stories, of which three have copies
on other hosts. Nothing is kept, so that millions of links take no memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from tests.support.generator import prose, title_of

_STORIES = (0, 0, 0, 1, 1, 2, 2, 3, 4, 5)  # of ten links in a row: which story of the ten each tells
_MISSING, _THIN, _LONG = 49, 31, 97  # every 49th link leads nowhere, every 31st to a stub, every 97th to a long read
_LONG_READ = 40  # times the usual text
_PATH = re.compile(r"/2026/11/[a-z-]+-(\d+)")


@dataclass
class EndlessNewsroom:
    """`published` links are told so far; each host's feed names the newest `shown` of them."""

    seed: int
    hosts: int = 120
    shown: int = 60
    port: int = 0
    published: int = 0

    @property
    def outlets(self) -> list[str]:
        """The host names."""
        return [f"paper{number}.localhost" for number in range(self.hosts)]

    def feed_urls(self) -> list[str]:
        """A feed of each outlet."""
        return [f"http://{host}:{self.port}/feed.xml" for host in self.outlets]

    def story(self, number: int) -> int:
        """Which story a link tells."""
        return number // 10 * 6 + _STORIES[number % 10]

    def path(self, number: int) -> str:
        """Where a link's page is, on its host."""
        return f"/2026/11/{title_of(self.seed, self.story(number)).lower().replace(' ', '-')}-{number}"

    def answer(self, host: str, path: str) -> tuple[int, str, bytes]:
        """Status, content type and body of an address, as the web sees it."""
        if path == "/feed.xml":
            return 200, "application/rss+xml", self._feed(host).encode()
        found = _PATH.fullmatch(path)
        if found is None or int(found[1]) % _MISSING == 0:
            return 404, "text/html", b"<html><body><p>There is no such page.</p></body></html>"
        return 200, "text/html; charset=utf-8", self._page(host, int(found[1])).encode()

    def _feed(self, host: str) -> str:
        place = int(host.removeprefix("paper").removesuffix(".localhost"))
        newest = [number for number in range(self.published - self.hosts * self.shown, self.published) if number >= 0]
        told = "".join(self._entry(host, number) for number in newest if number % self.hosts == place)
        return f'<rss version="2.0"><channel><title>{host}</title>{told}</channel></rss>'

    def _entry(self, host: str, number: int) -> str:
        url = f"http://{host}:{self.port}{self.path(number)}"
        return f"<item><title>{title_of(self.seed, self.story(number))}</title><link>{url}</link><guid>{url}</guid></item>"

    def _page(self, host: str, number: int) -> str:
        """Text between a menu and a footer that all pages of the host share."""
        title = title_of(self.seed, self.story(number))
        text = ["Soon more."] if number % _THIN == 0 else prose(self.seed, self.story(number))
        if number % _LONG == 0:
            text = [line for part in range(_LONG_READ) for line in prose(self.seed + 1 + part, number)]
        menu = "".join(f"<li><a href='/{topic}'>{title_of(self.seed, topic)}</a></li>" for topic in range(30))
        head = f"<head><meta charset='utf-8'><title>{title} | {host}</title></head>"
        body = "".join(f"<p>{escape(line)}</p>" for line in text)
        foot = f"<footer><p>Write to the editors of {host} with what you know.</p></footer>"
        article = f"<article><h1>{title}</h1>{body}</article>"
        return f"<!DOCTYPE html><html lang='en'>{head}<body><ul>{menu}</ul>{article}{foot}</body></html>"
