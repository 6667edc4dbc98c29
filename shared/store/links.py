"""Links and their state machine: release with a lease, guarded results, retries, and leases that run out.

Every result names the release it belongs to. A worker whose lease ran out, or a job delivered twice, finds another
release number or another state and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, bindparam, case, func, select, tuple_, update

from shared.model import Link, LinkState, Outcome
from shared.store import trail
from shared.store.engine import Database
from shared.store.locks import Lock, hold
from shared.store.schema import links
from shared.store.turns import Chosen, next_round, pause_hosts
from shared.store.upsert import insert_or_skip

_PART = 500  # claims in one statement


class Claim(NamedTuple):
    """One link in one release: what a job carries, and what guards its result."""

    link: int
    release: int


@dataclass(frozen=True, slots=True)
class NewLink:
    """A canonical URL that a person submitted."""

    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Reclaimed:
    """Leases that ran out: links made due again, links given up, and extracted links to be folded anew."""

    due_again: int
    given_up: int
    to_fold: tuple[Claim, ...]


class LinkStore:
    """The links of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = ""  # the host whose turn was last: a new process begins the wheel anew, which harms nobody

    def submit(self, new: Iterable[NewLink], now: datetime) -> int:
        """Add links by hand; one that is there and finished is visited again. Returns how many are due because of it."""
        with self._database.writing() as connection:
            return sum(_submit(connection, each, now) for each in dict.fromkeys(new))

    def release(self, now: datetime, *, limit: int, per_host: int, lease: float, spacing: float = 0.0) -> list[Claim]:
        """Hand out up to `limit` due links, hosts taking turns, at most `per_host` of one at once.

        After one of a host's links its next waits for `spacing` seconds, or for the longer pause that its robots.txt asks
        for. `lease` is how many seconds they may wait in the queue; a worker that takes them renews it for itself.
        """
        claims: list[Claim] = []
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            for _ in range(1 if spacing else per_host):
                turns = next_round(connection, now, after=self._turn, limit=limit - len(claims), slots=per_host, spacing=spacing)
                self._turn = turns.stopped_at
                claims += _hand_out(connection, turns.chosen, now, now + timedelta(seconds=lease))
                if not turns.chosen or len(claims) >= limit:
                    break
        return claims

    def give_back(self, claims: Sequence[Claim], now: datetime) -> None:
        """Undo a release whose job never reached the queue."""
        with self._database.writing() as connection:
            back = update(links).where(_held(claims), links.c.state == LinkState.RELEASED)
            connection.execute(back.values(state=LinkState.DUE, due_at=now, lease_until=None))

    def take(self, claims: Sequence[Claim], state: LinkState, now: datetime, *, lease: float) -> list[Link]:
        """Begin or go on with work on the claimed links: those still in `state` under the same release, their lease renewed.

        The rest is finished, or somebody else's by now. Call it again before `lease` seconds are over, or lose them.
        """
        renewed = update(links).where(_held(claims), links.c.state == state)
        renewed = renewed.values(lease_until=now + timedelta(seconds=lease)).returning(*links.c)
        with self._database.writing() as connection:
            rows = connection.execute(renewed).all()
        return [_link(row) for row in sorted(rows, key=lambda row: row.id)]

    def finish(self, claim: Claim, outcome: str, now: datetime, *, step: str, detail: str = "") -> bool:
        """End a link with its outcome. False, and no change, if the claim no longer holds it."""
        with self._database.writing() as connection:
            return finish(connection, claim, outcome, now, step=step, detail=detail)

    def retry(self, claim: Claim, at: datetime, reason: str, now: datetime, *, step: str, detail: str = "") -> bool:
        """Make a link due again at `at`, one attempt charged. False if the claim no longer holds it."""
        with self._database.writing() as connection:
            values = {"state": LinkState.DUE, "due_at": at, "attempts": links.c.attempts + 1, "lease_until": None}
            changed = connection.execute(update(links).where(_held([claim]), _at_work()).values(values)).rowcount == 1
            if changed:
                trail.write(connection, [claim.link], step, f"retry:{reason}", now, detail)
            return changed

    def reclaim(self, now: datetime, *, max_deaths: int, lease: float) -> Reclaimed:
        """Take back what was held when a worker was lost; a link that loses its worker `max_deaths` times is given up."""
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            given_up = _give_up(connection, now, max_deaths)
            due_again = _due_again(connection, _lost(LinkState.RELEASED, now), now, deaths=1)
            to_fold = _fold_again(connection, _lost(LinkState.EXTRACTED, now), now, lease, deaths=1)
            trail.write(connection, [*due_again, *(claim.link for claim in to_fold)], "lease", "ran-out", now)
        return Reclaimed(len(due_again), given_up, tuple(to_fold))

    def waiting(self, now: datetime, *, lease: float) -> set[Claim]:
        """What should wait in the queue: links under way whose lease is longer than a worker's, which is `lease` seconds."""
        longer = links.c.lease_until > now + timedelta(seconds=lease)
        with self._database.reading() as connection:
            rows = connection.execute(select(links.c.id, links.c.release).where(_at_work(), longer)).all()
        return {Claim(row.id, row.release) for row in rows}

    def lost_before(self, claims: Collection[Claim]) -> set[Claim]:
        """Those of the claimed links whose worker has died under them before."""
        found = set[Claim]()
        with self._database.reading() as connection:
            for some in _in_parts(claims):
                query = select(links.c.id, links.c.release).where(_held(some), links.c.deaths > 0)
                found |= {Claim(row.id, row.release) for row in connection.execute(query)}
        return found

    def worker_died(self, now: datetime, *, lease: float, claims: Collection[Claim] | None = None) -> None:
        """End the leases of the claimed links that a worker had begun, or of all, where it is known that it is dead."""
        begun = (_at_work() & (links.c.lease_until <= now + timedelta(seconds=lease)),)
        with self._database.writing() as connection:
            for some in [None] if claims is None else _in_parts(claims):
                which = begun if some is None else (*begun, _held(some))
                connection.execute(update(links).where(*which).values(lease_until=now))

    def still_queued(self, claims: Collection[Claim], now: datetime, *, lease: float) -> None:
        """Renew the leases of links that wait in the queue for long, so that waiting never counts as a lost worker."""
        until, soon = now + timedelta(seconds=lease), now + timedelta(seconds=lease / 2)
        with self._database.writing() as connection:
            for some in _in_parts(claims):
                old = update(links).where(_held(some), _at_work(), links.c.lease_until < soon)
                connection.execute(old.values(lease_until=until))

    def lost_by_queue(self, claims: Collection[Claim], now: datetime, *, lease: float) -> Reclaimed:
        """Bring back links that the queue should hold and doesn't. No attempt is charged: nobody has tried."""
        with self._database.writing() as connection:
            hold(connection, Lock.RELEASE)
            due, fold = list[int](), list[Claim]()
            for some in _in_parts(claims):
                due += _due_again(connection, _held(some) & (links.c.state == LinkState.RELEASED), now)
                fold += _fold_again(connection, _held(some) & (links.c.state == LinkState.EXTRACTED), now, lease)
            trail.write(connection, [*due, *(claim.link for claim in fold)], "lease", "lost-by-queue", now)
        return Reclaimed(len(due), 0, tuple(fold))

    def unfinished(self) -> int:
        """How many links have no outcome yet."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(links).where(links.c.state != LinkState.DONE)
            return int(connection.scalar(query) or 0)

    def count(self, state: LinkState) -> int:
        """How many links are in a state, by its index."""
        query = select(func.count()).select_from(links).where(links.c.state == state)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def outcomes(self) -> list[tuple[str, str | None]]:
        """Every link's URL and outcome, None where it has none yet."""
        with self._database.reading() as connection:
            rows = connection.execute(select(links.c.url, links.c.outcome).order_by(links.c.id)).all()
        return [(row.url, row.outcome) for row in rows]

    def counts(self) -> dict[str, int]:
        """Links by state, the finished ones by outcome."""
        name = case((links.c.state == LinkState.DONE, links.c.outcome), else_=links.c.state)
        with self._database.reading() as connection:
            rows = connection.execute(select(name.label("name"), func.count().label("links")).group_by(name)).all()
        return {row.name: row.links for row in sorted(rows, key=lambda row: -row.links)}


def finish(connection: Connection, claim: Claim, outcome: str, now: datetime, *, step: str, detail: str = "") -> bool:
    """End a link inside the caller's transaction, guarded by the claim."""
    changed = connection.execute(ENDED, ending(claim, outcome, now, detail)).rowcount == 1
    if changed:
        trail.write(connection, [claim.link], step, outcome, now, detail)
    return changed


def ending(claim: Claim, outcome: str, now: datetime, detail: str) -> dict[str, Any]:
    """What `ENDED` takes."""
    return {"link": claim.link, "its_release": claim.release, "ended_as": outcome, "because": detail or None, "now": now}


def _due_again(connection: Connection, which: Any, now: datetime, *, deaths: int = 0) -> list[int]:  # noqa: ANN401
    again = update(links).where(which).values(deaths=links.c.deaths + deaths)
    again = again.values(state=LinkState.DUE, due_at=now, lease_until=None)
    return [row.id for row in connection.execute(again.returning(links.c.id))]


def _fold_again(
    connection: Connection,
    which: Any,  # noqa: ANN401
    now: datetime,
    lease: float,
    *,
    deaths: int = 0,
) -> list[Claim]:
    """Under a new release number, so that the job which was lost can't come back."""
    fold = update(links).where(which).values(deaths=links.c.deaths + deaths, release=links.c.release + 1)
    fold = fold.values(lease_until=now + timedelta(seconds=lease))
    return [Claim(row.id, row.release) for row in connection.execute(fold.returning(links.c.id, links.c.release))]


def _in_parts(claims: Collection[Claim]) -> Iterator[list[Claim]]:
    """Few enough for one statement's parameters."""
    every = sorted(claims)
    for start in range(0, len(every), _PART):
        yield every[start : start + _PART]


def _give_up(connection: Connection, now: datetime, max_deaths: int) -> int:
    lost = _lost(LinkState.RELEASED, now) | _lost(LinkState.EXTRACTED, now)
    query = select(links.c.id, links.c.release).where(lost, links.c.deaths + 1 >= max_deaths)
    spent = [Claim(row.id, row.release) for row in connection.execute(query)]
    for claim in spent:
        outcome = Outcome.DEAD.because("lost-worker")
        finish(connection, claim, outcome, now, step="lease", detail="its worker died each time")
    return len(spent)


def _held(claims: Sequence[Claim]) -> Any:  # noqa: ANN401 - a SQL condition
    return tuple_(links.c.id, links.c.release).in_([tuple(claim) for claim in claims])


def _at_work() -> Any:  # noqa: ANN401 - a SQL condition
    return links.c.state.in_([LinkState.RELEASED, LinkState.EXTRACTED])


def _lost(state: LinkState, now: datetime) -> Any:  # noqa: ANN401 - a SQL condition
    return (links.c.state == state) & (links.c.lease_until < now)


def _hand_out(connection: Connection, chosen: Sequence[Chosen], now: datetime, until: datetime) -> list[Claim]:
    values = {"state": LinkState.RELEASED, "release": links.c.release + 1, "lease_until": until}
    out = update(links).where(links.c.id.in_([each.link for each in chosen]), links.c.state == LinkState.DUE).values(values)
    released = {row.id: row.release for row in connection.execute(out.returning(links.c.id, links.c.release))}
    trail.write(connection, released, "release", "released", now)
    pause_hosts(connection, chosen, now)
    return [Claim(each.link, released[each.link]) for each in chosen if each.link in released]


def _submit(connection: Connection, new: NewLink, now: datetime) -> bool:
    row = {"url": new.url, "host": new.host, "state": LinkState.DUE, "release": 0, "attempts": 0}
    added = insert_or_skip(connection, links).values(row | {"due_at": now, "created_at": now}).returning(links.c.id)
    again = update(links).where(links.c.url == new.url, links.c.state == LinkState.DONE)
    again = again.values(state=LinkState.DUE, due_at=now, attempts=0, deaths=0).returning(links.c.id)
    link = connection.execute(added).scalar() or connection.execute(again).scalar()
    if link is not None:
        trail.write(connection, [link], "entry", "submitted", now)
    return link is not None


def _link(row: Row[Any]) -> Link:
    return Link(
        id=row.id,
        url=row.url,
        host=row.host,
        state=LinkState(row.state),
        release=row.release,
        attempts=row.attempts,
        title=row.title,
        published=row.published_at,
    )


# Built once: putting a statement together costs more than running it.
ENDED: Final = (
    update(links)
    .where(links.c.id == bindparam("link"), links.c.release == bindparam("its_release"), _at_work())
    .values(
        state=LinkState.DONE,
        outcome=bindparam("ended_as"),
        reason=bindparam("because"),
        finished_at=bindparam("now"),
        lease_until=None,
    )
)
