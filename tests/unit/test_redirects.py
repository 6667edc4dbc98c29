"""When a feed that redirects has moved."""

from __future__ import annotations

from shared.stages.redirects import Hop, Move, feed_move

OLD, NEW, NEWER = "https://paper.example/rss", "https://paper.example/feed", "https://feeds.example/paper"


def hop(status: int, source: str = OLD, target: str = NEW) -> Hop:
    return Hop(status, source, target)


def test_a_feed_that_answers_itself_has_not_moved() -> None:
    assert feed_move([], Move(NEW, 2)) is None


def test_a_temporary_redirect_is_no_move() -> None:
    assert feed_move([hop(302)], None) is feed_move([hop(307)], None) is feed_move([hop(303)], None) is None


def test_a_permanent_redirect_settles_when_it_held_three_times() -> None:
    told: list[bool] = []
    move = None
    for status in (301, 308, 301):
        move = feed_move([hop(status)], move)
        assert move is not None
        told.append(move.settled)
    assert (move, told) == (Move(NEW, 3), [False, False, True])


def test_another_target_begins_anew() -> None:
    assert feed_move([hop(301, target=NEWER)], Move(NEW, 2)) == Move(NEWER, 1)


def test_a_chain_has_moved_as_far_as_it_is_permanent() -> None:
    assert feed_move([hop(301), hop(308, NEW, NEWER)], None) == Move(NEWER, 1)
    assert feed_move([hop(301), hop(302, NEW, NEWER)], None) == Move(NEW, 1)
    assert feed_move([hop(302), hop(301, NEW, NEWER)], None) is None
