"""Hosts: whose turn it is, which are down, and the robots.txt of each site; shared by all workers.

What comes of it is decided in `shared/stages/host_pace.py`; here it is read and written in one guarded transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, exists, select, update

from shared.model import LinkState, Outcome
from shared.stages import host_pace
from shared.stages.host_pace import Health, Later, Turn
from shared.stages.robots import RobotsFile, kept_seconds
from shared.store import trail
from shared.store.engine import Database
from shared.store.links import Claim
from shared.store.locks import Lock, hold
from shared.store.schema import feed_texts, hosts, links, robots
from shared.store.upsert import insert_or_replace, insert_or_skip

_LARGEST_KEPT: Final = 100_000  # bytes; the few sites with a larger robots.txt are asked for it once a job
_UNKNOWN: Final = Health()


@dataclass(frozen=True, slots=True)
class Host:
    """What is known of a host."""

    health: Health = _UNKNOWN
    has_pace: bool = False
    """Its robots.txt asked for a pause between requests, or it was given turns before."""


class HostStore:
    """The hosts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, host: str) -> Host:
        """What is known of a host; nothing, at first."""
        with self._database.reading() as connection:
            row = connection.execute(select(hosts).where(hosts.c.host == host)).first()
        return Host() if row is None else Host(_health(row), bool(row.crawl_delay or row.next_turn_at))

    def begin_probe(self, host: str, now: datetime) -> Later | None:
        """Take it upon oneself to find out whether a host that is down is back; later, where another does so already."""
        with self._database.writing() as connection:
            health = _health(_locked(connection, host))
            if not health.is_down:
                return None
            if not host_pace.may_try(health, now):
                return Later(health.down_until or now, "host-down")
            _write(connection, host, host_pace.begin_probe(health, now))
            return None

    def take_turn(self, host: str, crawl_delay: float | None, spacing: float, now: datetime) -> Turn | Later:
        """Take the host's next turn to be asked for a page, or learn that it is far off; the release learns of `crawl_delay`."""
        with self._database.writing() as connection:
            row = _locked(connection, host)
            turn = host_pace.take_turn(row.next_turn_at, host_pace.gap_between(spacing, crawl_delay), now)
            free_at = turn.next_turn if isinstance(turn, Turn) else row.next_turn_at
            known = update(hosts).where(hosts.c.host == host)
            connection.execute(known.values(crawl_delay=crawl_delay, next_turn_at=free_at))
        return turn

    def pause(self, host: str, until: datetime) -> None:
        """Leave a host alone that asked for it."""
        with self._database.writing() as connection:
            _locked(connection, host)
            connection.execute(update(hosts).where(hosts.c.host == host).values(next_release_at=until, next_turn_at=until))

    def answered(self, host: str) -> None:
        """The host has answered, with whatever: it is not down."""
        if self.get(host).health != _UNKNOWN:
            with self._database.writing() as connection:
                _write(connection, host, _UNKNOWN)

    def was_silent(self, host: str, now: datetime) -> Health:
        """The host could not be reached once more; returns how it stands now."""
        with self._database.writing() as connection:
            health = host_pace.after_silence(_health(_locked(connection, host)), now)
            _write(connection, host, health)
        return health

    def postpone(self, claim: Claim, until: Later, now: datetime) -> bool:
        """Make a released link wait for its host, without a charge. False if the claim no longer holds it."""
        held = update(links).where(links.c.id == claim.link, links.c.release == claim.release)
        held = held.where(links.c.state == LinkState.RELEASED)
        with self._database.writing() as connection:
            values = {"state": LinkState.DUE, "due_at": until.at, "lease_until": None}
            changed = connection.execute(held.values(values)).rowcount == 1
            if changed:
                trail.write(connection, [claim.link], "extract", f"later:{until.reason}", now)
            return changed

    def end_waiting(self, host: str, before: datetime, now: datetime) -> int:
        """End the links that have waited since `before` for a host that is down; returns how many.

        Those that a feed told in full are left to be tried, one at a time: then they end with the feed's text.
        """
        outcome, detail = Outcome.DEAD.because("host-down"), "Its host could not be reached for a day."
        values = {"state": LinkState.DONE, "outcome": outcome, "reason": detail, "finished_at": now, "lease_until": None}
        told = exists().where(feed_texts.c.link_id == links.c.id)
        waiting = update(links).where(links.c.state == LinkState.DUE, links.c.host == host, links.c.created_at <= before)
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            ended = list(connection.execute(waiting.where(~told).values(values).returning(links.c.id)).scalars())
            trail.write(connection, ended, "extract", outcome, now, detail)
        return len(ended)

    def robots(self, site: str, now: datetime) -> tuple[RobotsFile, float] | None:
        """A site's robots.txt and for how many seconds it still holds; None where it must be asked for."""
        known = select(robots).where(robots.c.site == site, robots.c.fetched_until > now)
        with self._database.reading() as connection:
            row = connection.execute(known).first()
        if row is None:
            return None
        return RobotsFile(row.body, row.status), (row.fetched_until - now).total_seconds()

    def keep_robots(self, site: str, file: RobotsFile, now: datetime) -> None:
        """Keep what a site answered, for all workers."""
        if len(file.body or b"") > _LARGEST_KEPT:
            return
        until = now + timedelta(seconds=kept_seconds(file))
        row = {"site": site, "status": file.status, "body": file.body, "fetched_until": until}
        with self._database.writing() as connection:
            connection.execute(insert_or_replace(connection, robots, "status", "body", "fetched_until").values(row))


def _locked(connection: Connection, host: str) -> Row[Any]:
    """The host's row, which nobody else changes until this transaction ends."""
    connection.execute(insert_or_skip(connection, hosts).values(host=host, failures=0))
    return connection.execute(select(hosts).where(hosts.c.host == host).with_for_update()).one()


def _write(connection: Connection, host: str, health: Health) -> None:
    values = {"failures": health.failures, "down_since": health.down_since, "down_until": health.down_until}
    connection.execute(update(hosts).where(hosts.c.host == host).values(values))


def _health(row: Row[Any]) -> Health:
    return Health(row.failures, row.down_since, row.down_until)
