from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from shared.stages.article_to_story import Role
from shared.stages.canonical import Member, elect

NOON = datetime(2024, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _member(
    article: int, published: datetime | None = NOON, seen: datetime = NOON + HOUR, role: Role = Role.CORE, closeness: float = 0.0
) -> Member:
    return Member(article, role, published, seen, words=400, closeness=closeness)


def test_the_earliest_published_stands_for_the_story() -> None:
    assert elect([_member(1), _member(2, NOON - HOUR), _member(3, NOON + HOUR)]) == 2


def test_an_excerpt_stands_for_it_only_where_there_is_no_whole() -> None:
    early = _member(1, NOON - HOUR, role=Role.EXCERPT)
    assert elect([early, _member(2)]) == 2
    assert elect([early]) == 1


def test_of_those_of_one_moment_the_nearest_to_all_is_chosen() -> None:
    assert elect([_member(1, closeness=0.7), _member(2, closeness=0.9), _member(3, closeness=0.8)]) == 2


def test_an_undated_member_counts_from_when_it_was_seen() -> None:
    assert elect([_member(1, published=None, seen=NOON - HOUR), _member(2)]) == 1
    assert elect([_member(1, published=None, seen=NOON + HOUR), _member(2)]) == 2


def test_a_date_in_the_future_is_no_later_than_when_it_was_seen() -> None:
    assert elect([_member(1, NOON + 99 * HOUR, seen=NOON - HOUR), _member(2)]) == 1


def test_the_election_does_not_depend_on_the_order_of_the_members() -> None:
    members = [_member(1), _member(2), _member(3, closeness=0.0), _member(4, NOON + HOUR)]
    assert {elect(order) for order in itertools.permutations(members)} == {1}


def test_a_better_member_that_arrives_later_is_elected() -> None:
    members = [_member(1, role=Role.EXCERPT)]
    for better in (_member(2, NOON + 2 * HOUR, seen=NOON + 3 * HOUR), _member(3, NOON, seen=NOON + 4 * HOUR)):
        members.append(better)
        assert elect(members) == better.article
