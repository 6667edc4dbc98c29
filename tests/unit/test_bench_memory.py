"""The fit that tells whether a process grows, and the newsroom that never ends."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bench.memory import Sample, by_minute, slope, tell
from tests.support.endless import EndlessNewsroom


def test_a_line_has_its_slope_an_hour() -> None:
    assert slope([(float(minute), 100 + minute / 30) for minute in range(60)]) == pytest.approx(2.0)


def test_a_few_odd_minutes_do_not_move_the_slope() -> None:
    chance = random.Random(1)
    points = [(float(minute), 100.0 + chance.random()) for minute in range(100)]
    points[90:95] = [(minute, 400.0) for minute, _ in points[90:95]]
    assert abs(slope(points)) < 0.5


def test_a_minute_counts_with_its_median() -> None:
    assert by_minute(iter([(0.0, 1.0), (20.0, 9.0), (40.0, 2.0), (61.0, 5.0)])) == [(0.0, 2.0), (1.0, 5.0)]


def test_a_process_that_grows_is_told_by_its_role(capsys: pytest.CaptureFixture[str]) -> None:
    leaks = [Sample(at, "fetcher", 1, 80 + at / 600, 80) for at in range(0, 3600, 20)]
    still = [Sample(at, "api", 2, 60, 50) for at in range(0, 3600, 20)]
    assert tell([*leaks, *still], warm_up=10) == 1
    assert "+6.00" in capsys.readouterr().out
    assert tell(still, warm_up=10) == 0


def test_feeds_tell_the_newest_links_and_drop_the_old_ones() -> None:
    newsroom = EndlessNewsroom(seed=1, hosts=4, shown=2, published=40)
    told = newsroom.answer("paper1.localhost", "/feed.xml")[2].decode()
    assert [number for number in range(40) if f"-{number}</link>" in told] == [33, 37]


def test_copies_stand_on_other_hosts_with_the_same_text() -> None:
    newsroom = EndlessNewsroom(seed=1, hosts=12)
    stories = [newsroom.story(number) for number in range(100)]
    assert len(set(stories)) == 60
    for number, later in pairwise(range(1, 10)):
        pages = [newsroom.answer(f"paper{each}.localhost", newsroom.path(each))[2].decode() for each in (number, later)]
        texts = [page.partition("<article>")[2].partition("</article>")[0] for page in pages]
        assert (texts[0] == texts[1]) == (stories[number] == stories[later])


def test_some_links_lead_nowhere() -> None:
    newsroom = EndlessNewsroom(seed=1)
    assert newsroom.answer("paper0.localhost", newsroom.path(49))[0] == 404
