"""What a poll found, recorded: entries, and the links that they name.

    entry told ──▶ its link is new: due
               ──▶ link known, entry new, or told as before: nothing to do
               ──▶ told otherwise than before: the finished link is due again

A link is known by its canonical URL and never forgotten, so an entry that comes back, or comes with another GUID, title or
tracking parameter, makes no second one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from shared.model import Entry, LinkState
from shared.store import trail
from shared.store.engine import Database
from shared.store.schema import entries, feed_texts, links
from shared.store.upsert import insert_or_replace, insert_or_skip

_AT_ONCE: Final = 500  # entries in one transaction: SQLite has one writer, and the workers wait for it
_TEXTS_KEPT: Final = timedelta(days=3)  # longer than any link is tried


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry with the canonical link that it names; `text` is its markup where that may be the whole article."""

    entry: Entry
    url: str
    host: str
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many of a poll's entries named new links, told of a change, or said what we knew."""

    new: int
    changed: int
    known: int


def record(database: Database, feed: int, found: Sequence[FoundEntry], now: datetime) -> Recorded:
    """Store a poll's entries in transactions of a few hundred; doing it again, as after a crash midway, changes nothing."""
    parts = [_record_part(database, feed, part, now) for part in _parts(found)]
    return Recorded(sum(each.new for each in parts), sum(each.changed for each in parts), sum(each.known for each in parts))


def text_of(database: Database, link: int) -> str | None:
    """What a feed told of a link in full; None where no feed did, or where the link's page was had before."""
    query = select(feed_texts.c.markup).join(links, links.c.id == feed_texts.c.link_id)
    with database.reading() as connection:
        markup: str | None = connection.scalar(query.where(links.c.id == link, links.c.article_id.is_(None)))
    return markup


def _parts(found: Sequence[FoundEntry]) -> Iterator[list[FoundEntry]]:
    for start in range(0, len(found), _AT_ONCE):
        # In one order everywhere: two feeds that name the same links would else wait for each other for ever.
        yield sorted(found[start : start + _AT_ONCE], key=lambda each: each.url)


def _record_part(database: Database, feed: int, found: Sequence[FoundEntry], now: datetime) -> Recorded:
    with database.writing() as connection:
        new = _add_links(connection, found, now)
        by_url = _links_by_url(connection, found)
        known = _known_entries(connection, feed, list(by_url.values()))
        added = [each for each in found if by_url[each.url] not in known]
        changed = [each for each in found if known.get(by_url[each.url], _told(each.entry)) != _told(each.entry)]
        _add_entries(connection, feed, added, by_url, now)
        for each in changed:
            _change_entry(connection, feed, by_url[each.url], each.entry, now)
        _keep_texts(connection, [*added, *changed], by_url, now)
        trail.write(connection, new, "entry", "new-link", now, f"feed {feed}")
    return Recorded(len(new), len(changed), len(found) - len(new) - len(changed))


def _add_links(connection: Connection, found: Sequence[FoundEntry], now: datetime) -> list[int]:
    """Add what isn't there; returns the numbers of those."""
    rows = [
        {
            "url": each.url,
            "host": each.host,
            "state": LinkState.DUE,
            "release": 0,
            "attempts": 0,
            "due_at": now,
            "title": _storable(each.entry.title),
            "published_at": each.entry.published,
            "created_at": now,
        }
        for each in found
    ]
    return sorted(connection.execute(insert_or_skip(connection, links).returning(links.c.id), rows).scalars())


def _links_by_url(connection: Connection, found: Sequence[FoundEntry]) -> dict[str, int]:
    query = select(links.c.url, links.c.id).where(links.c.url.in_([each.url for each in found]))
    return {row.url: row.id for row in connection.execute(query)}


def _known_entries(connection: Connection, feed: int, numbers: Sequence[int]) -> dict[int, str]:
    query = select(entries.c.link_id, entries.c.content_hash).where(entries.c.feed_id == feed, entries.c.link_id.in_(numbers))
    return {row.link_id: row.content_hash for row in connection.execute(query)}


def _add_entries(
    connection: Connection, feed: int, found: Sequence[FoundEntry], by_url: Mapping[str, int], now: datetime
) -> None:
    rows = [{"feed_id": feed, "link_id": by_url[each.url], "seen_at": now, **_columns(each.entry)} for each in found]
    if rows:
        connection.execute(insert_or_skip(connection, entries), rows)


def _change_entry(connection: Connection, feed: int, link: int, entry: Entry, now: datetime) -> None:
    """A feed says that an article changed: fetch it once more, whatever its outcome was.

    Work that is under way may have the old page already: its claim ends, and what it brings counts as stale.
    """
    connection.execute(update(entries).where(entries.c.feed_id == feed, entries.c.link_id == link).values(_columns(entry)))
    told = {"title": _storable(entry.title), "published_at": entry.published}
    again = told | {"state": LinkState.DUE, "due_at": now, "attempts": 0, "deaths": 0, "lease_until": None}
    for outcome, states in (("changed", [LinkState.DONE]), ("changed-meanwhile", [LinkState.RELEASED, LinkState.EXTRACTED])):
        found = update(links).where(links.c.id == link, links.c.state.in_(states))
        if connection.execute(found.values(again)).rowcount:
            trail.write(connection, [link], "entry", outcome, now)
            return


def _keep_texts(connection: Connection, found: Sequence[FoundEntry], by_url: Mapping[str, int], now: datetime) -> None:
    """Keep full texts until their links have surely ended."""
    rows = [{"link_id": by_url[each.url], "markup": _storable(each.text), "seen_at": now} for each in found if each.text]
    if rows:
        connection.execute(delete(feed_texts).where(feed_texts.c.seen_at < now - _TEXTS_KEPT))
        connection.execute(insert_or_replace(connection, feed_texts, "markup", "seen_at"), rows)


def _columns(entry: Entry) -> dict[str, Any]:
    return {
        "guid": _storable(entry.guid),
        "url": _storable(entry.url),
        "title": _storable(entry.title),
        "published_at": entry.published,
        "updated_at": entry.updated,
        "content_hash": _told(entry),
    }


def _storable(text: str | None) -> str | None:
    """Without what no database takes: NUL, and halves of surrogate pairs, which JSON can spell."""
    return text.replace("\0", "").encode(errors="replace").decode() if text else text


def _told(entry: Entry) -> str:
    told = "\x00".join((entry.title or "", str(entry.updated or entry.published or ""), entry.summary or "", entry.content or ""))
    return hashlib.blake2b(told.encode(errors="replace"), digest_size=16).hexdigest()
