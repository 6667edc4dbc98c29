"""The words of Storyfold as frozen values.

    feed ──poll──▶ entry ──▶ link ──queue──▶ page ──▶ article ──queue──▶ story
         fetcher                   extract worker             dedup worker

    feed     an RSS/Atom/RDF/JSON feed or news sitemap that we poll
    entry    one item in a feed, as the feed tells it
    link     one canonical article URL, the unit of work; many entries can name one link
    page     the bytes that an HTTP server answered for a link
    article  clean text and metadata taken from a page; a changed page makes a new revision of its article
    story    one or more articles that tell the same text

The store decides, the queue delivers. A link's way through its states, each step one guarded transaction:

    due ──release──▶ released ──article stored──▶ extracted ──folded──▶ done (outcome)
     ▲                  │  ▲                          │                    │
     └── retry, lease ──┘  └───── lease runs out ─────┘      a feed tells of a change: due again
         runs out
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    """Where a link stands; the store guards every move between two of these."""

    DUE = "due"
    RELEASED = "released"
    EXTRACTED = "extracted"
    DONE = "done"


class Outcome(StrEnum):
    """The one named end of a link; `rejected` and `dead` carry a reason behind a colon."""

    NEW_STORY = "new-story"
    JOINED = "joined"
    REVISION = "revision"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    DEAD = "dead"

    def because(self, reason: str) -> str:
        """`rejected:consent-wall`, `dead:not-found`."""
        return f"{self.value}:{reason}"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that we poll, with what the last poll taught us."""

    id: int
    url: str
    title: str | None
    etag: str | None
    last_modified: str | None
    body_hash: str | None
    failures: int
    interval: float
    """Seconds between polls, as adapted so far."""
    last_outcome: str | None = None
    retired: bool = False
    """Given up, but for a look now and then."""
    moved_to: str | None = None
    """Where its server says that it has moved to, and in how many polls in a row it said so."""
    moved_held: int = 0
    ttl: float | None = None
    """The pause that the feed itself asked for last, in seconds."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item in a feed, as the feed tells it. `url` is absolute but not yet canonical."""

    guid: str | None
    url: str
    title: str | None
    published: datetime | None
    updated: datetime | None
    summary: str | None = None
    content: str | None = None
    byline: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one answer of a feed's server told. `ttl` is the pause that the feed asks for, in seconds."""

    title: str | None
    entries: tuple[Entry, ...]
    ttl: float | None = None
    hub: str | None = None
    """The WebSub hub that it names, and the address under which that hub knows it (`rel=self`)."""
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a worker gets it: `release` is the number of this release, which guards what the worker records."""

    id: int
    url: str
    host: str
    state: LinkState
    release: int
    attempts: int
    title: str | None
    """The feed's title for it, preferred over the page's."""
    published: datetime | None
    """The feed's date for it, preferred over the page's."""


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes that an HTTP server answered. `url` was asked for, `final_url` answered; header names are lower case."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RemovedLine:
    """A line that cleaning cut, with the rule that did it and its line number in the uncleaned text, from 0."""

    text: str
    rule: str
    place: int


@dataclass(frozen=True, slots=True)
class Article:
    """Clean text and metadata, taken from one page. Paragraphs of `text` are parted by newlines."""

    url: str
    """The page's own canonical URL where it may be trusted, else the URL that answered."""
    host: str
    title: str | None
    byline: str | None
    published: datetime | None
    language: str | None
    """ISO 639-1, two letters."""
    text: str
    removed: tuple[RemovedLine, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page that is no article, with the reason that its outcome carries."""

    reason: str
    detail: str = ""
