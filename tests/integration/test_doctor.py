"""The ledger's rules on a live database: each breach is found, and mended where it can be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from shared.model import Article, LinkState
from shared.stages.reach import Window
from shared.store.dead import DeadStore, Which
from shared.store.ledger import Finding, Ledger
from shared.store.links import NewLink
from shared.store.schema import articles, links, members, signatures, stories
from shared.store.schema import trail as trails
from shared.store.store import Store
from tests.support.generator import prose
from workers.dedup import decide

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def work_through(store: Store, now: datetime = NOW) -> None:
    """Take every due link to its end, one story each."""
    for claim in store.links.release(now, limit=100, per_host=100, lease=60):
        text = "\n".join(prose(1, claim.link))
        article = Article(f"https://a.example/{claim.link}", "a.example", "Title", None, None, "en", text)
        stored = store.articles.record(claim, article, now, lease=60)
        if stored.claim is not None:
            with store.stories.folding(stored.claim, now) as folding:
                assert folding is not None
                decide(folding, Window())


@pytest.fixture
def two_stories(store: Store) -> Store:
    """Two links, each the one article of its story."""
    store.links.submit([NewLink(f"https://a.example/{number}", "a.example") for number in (1, 2)], NOW)
    work_through(store)
    return store


def change(store: Store, *statements: Any) -> None:
    with store.database.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def broken(findings: list[Finding]) -> list[str]:
    return [each.rule for each in findings if not each.holds]


BREACHES = {
    "a finished link has one of the outcomes, and a time": update(links).where(links.c.id == 1).values(outcome=None),
    "a link is due, under way or finished": update(links).where(links.c.id == 1).values(state="limbo"),
    "a link under way has a lease": update(links).where(links.c.id == 1).values(state=LinkState.RELEASED),
    "a link that waits or is finished has no lease": update(links).where(links.c.id == 1).values(lease_until=NOW),
    "a link that ended in a story leads to an article": update(links).where(links.c.id == 1).values(article_id=None),
    "a folded article is in a story": delete(members).where(members.c.article_id == 1),
    "an article in a story was folded": update(articles).where(articles.c.id == 1).values(folded_revision=0),
    "no article is in a story that was merged away": update(stories).where(stories.c.id == 2).values(merged_into=1),
    "a story's canonical is its member": update(stories).where(stories.c.id == 1).values(canonical_id=2),
    "a story's anchor is its member": update(stories).where(stories.c.id == 1).values(anchor_id=2),
}


def test_a_sound_database_keeps_every_rule(two_stories: Store) -> None:
    assert broken(Ledger(two_stories.database).check()) == []


@pytest.mark.parametrize("rule", BREACHES)
def test_a_breach_is_found_and_mended(two_stories: Store, rule: str) -> None:
    change(two_stories, BREACHES[rule])
    ledger = Ledger(two_stories.database)
    assert rule in broken(ledger.check())
    ledger.repair(NOW)
    assert rule not in broken(ledger.check())


@pytest.mark.parametrize("rule", BREACHES)
def test_after_a_repair_every_link_comes_to_its_end(two_stories: Store, rule: str) -> None:
    change(two_stories, BREACHES[rule])
    ledger = Ledger(two_stories.database)
    ledger.repair(NOW)
    later = NOW + MINUTE
    two_stories.links.reclaim(later, max_deaths=5, lease=60)
    work_through(two_stories, later)
    assert two_stories.links.unfinished() == 0
    told_by_trail = {"a link ended as often as it began"} if rule.startswith(("a link is due", "a link under way")) else set()
    assert set(broken(ledger.check())) <= told_by_trail


def test_a_link_that_ended_twice_is_told_but_not_mended(two_stories: Store) -> None:
    row = {"link_id": 1, "at": NOW, "step": "fold", "outcome": "joined"}
    change(two_stories, insert(trails).values(row))
    ledger = Ledger(two_stories.database)
    assert broken(ledger.repair(NOW)) == broken(ledger.check()) == ["a link ended as often as it began"]


def test_an_article_that_nothing_can_find_is_told(two_stories: Store) -> None:
    change(two_stories, delete(signatures).where(signatures.c.article_id == 2))
    [finding] = [each for each in Ledger(two_stories.database).check() if not each.holds]
    assert (finding.rule, finding.examples) == ("a folded article can be found by its text", (2,))


def end_badly(store: Store) -> DeadStore:
    """Three links that ended as dead, dead and rejected, a minute apart, on two hosts."""
    store.links.submit([NewLink(f"https://{host}/1", host) for host in ("a.example", "b.example", "c.example")], NOW)
    claims = store.links.release(NOW, limit=9, per_host=9, lease=60)
    outcomes = ("dead:timeout", "dead:not-found", "rejected:too-short")
    for minute, (claim, outcome) in enumerate(zip(claims, outcomes, strict=True)):
        store.links.finish(claim, outcome, NOW + minute * MINUTE, step="extract", detail="why")
    return DeadStore(store.database)


def test_dead_links_are_listed_the_last_first_with_their_reason(store: Store) -> None:
    found = end_badly(store).list(Which())
    assert [(each.host, each.outcome, each.detail) for each in found] == [
        ("c.example", "rejected:too-short", "why"),
        ("b.example", "dead:not-found", "why"),
        ("a.example", "dead:timeout", "why"),
    ]


@pytest.mark.parametrize(
    ("which", "host"),
    [
        (Which(host="B.example"), "b.example"),
        (Which(reason="timeout"), "a.example"),
        (Which(reason="rejected:too-short"), "c.example"),
        (Which(before=NOW + MINUTE), "a.example"),
    ],
)
def test_dead_links_are_chosen_by_host_reason_and_age(store: Store, which: Which, host: str) -> None:
    assert [each.host for each in end_badly(store).list(which)] == [host]


def test_a_dead_link_is_tried_again_and_the_ledger_still_adds_up(store: Store) -> None:
    dead = end_badly(store)
    assert dead.retry(Which(reason="timeout"), NOW) == 1
    assert store.links.counts()["due"] == 1
    work_through(store)
    assert store.links.counts()["new-story"] == 1
    assert broken(Ledger(store.database).check()) == []


def test_a_dropped_link_is_not_listed_again(store: Store) -> None:
    dead = end_badly(store)
    assert dead.drop(Which(host="a.example"), NOW) == 1
    assert [each.host for each in dead.list(Which())] == ["c.example", "b.example"]
    assert store.links.counts()["rejected:dropped"] == 1
    assert broken(Ledger(store.database).check()) == []
