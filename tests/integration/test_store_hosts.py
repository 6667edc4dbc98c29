"""What the store knows of hosts, and how the release paces them, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from shared.model import Entry, LinkState
from shared.stages.host_pace import FAILURES_UNTIL_DOWN, Later, Turn
from shared.stages.robots import RobotsFile
from shared.store.entries import FoundEntry
from shared.store.links import Claim, NewLink
from shared.store.store import Store

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
HOST = "a.example"
SITE = "https://a.example/robots.txt"


def submit(store: Store, host: str = HOST, links: int = 1, now: datetime = NOW) -> None:
    store.links.submit([NewLink(f"https://{host}/{number}", host) for number in range(links)], now)


def release(store: Store, now: datetime = NOW, *, spacing: float = 1.0, limit: int = 100, per_host: int = 2) -> list[Claim]:
    return store.links.release(now, limit=limit, per_host=per_host, lease=600, spacing=spacing)


def hosts_of(store: Store, claims: list[Claim]) -> list[str]:
    by_id = {link.id: link.host for link in store.links.take(claims, LinkState.RELEASED, NOW, lease=600)}
    return [by_id[claim.link] for claim in claims]


def released(store: Store, *moments: timedelta, spacing: float = 1.0, per_host: int = 100) -> list[int]:
    """How many links go out at each of these moments."""
    return [len(release(store, NOW + moment, spacing=spacing, per_host=per_host)) for moment in moments]


def take_down(store: Store, host: str = HOST, failures: int = FAILURES_UNTIL_DOWN, now: datetime = NOW) -> None:
    for _ in range(failures):
        store.hosts.was_silent(host, now)


def test_a_host_s_next_link_waits_for_the_spacing(store: Store) -> None:
    submit(store, links=5)
    assert released(store, 0 * SECOND, 0.9 * SECOND, SECOND, 1.5 * SECOND, 9 * SECOND) == [1, 0, 1, 0, 1]


def test_without_spacing_the_slots_alone_decide(store: Store) -> None:
    submit(store, links=5)
    assert released(store, 0 * SECOND, 0 * SECOND, spacing=0, per_host=2) == [2, 0]


def test_spacing_gives_no_host_more_than_its_slots(store: Store) -> None:
    submit(store, links=5)
    assert released(store, 0 * SECOND, 2 * SECOND, 4 * SECOND, 6 * SECOND, per_host=2) == [1, 1, 0, 0]


def test_a_longer_crawl_delay_is_kept_up_to_half_a_minute(store: Store) -> None:
    submit(store, links=5)
    submit(store, "b.example", links=5)
    store.hosts.take_turn(HOST, 5.0, 1.0, NOW)
    store.hosts.take_turn("b.example", 3_600.0, 1.0, NOW)
    assert released(store, *(moment * SECOND for moment in (0, 4, 5, 10, 29, 30))) == [2, 0, 1, 1, 1, 1]


def test_a_crawl_delay_holds_without_spacing_too(store: Store) -> None:
    submit(store, links=5)
    store.hosts.take_turn(HOST, 5.0, 0.0, NOW)
    assert released(store, 0 * SECOND, 4 * SECOND, 5 * SECOND, spacing=0) == [1, 0, 1]


def test_one_host_s_pause_holds_up_no_other(store: Store) -> None:
    submit(store, links=5)
    release(store)
    submit(store, "b.example")
    assert hosts_of(store, release(store)) == ["b.example"]


def test_the_wheel_of_hosts_goes_on_where_it_stopped(store: Store) -> None:
    for host in ("a", "b", "c", "d", "e"):
        submit(store, host, links=3)
    turns = [hosts_of(store, release(store, NOW + place * MINUTE, limit=2, per_host=9)) for place in range(5)]
    assert turns == [["a", "b"], ["c", "d"], ["e", "a"], ["b", "c"], ["d", "e"]]


def test_a_site_with_5000_links_does_not_slow_another(store: Store) -> None:
    submit(store, "large.example", links=5_000)
    submit(store, "small.example", links=3, now=NOW + SECOND)
    counts = Counter(
        host for second in range(1, 4) for host in hosts_of(store, release(store, NOW + second * SECOND, limit=2, per_host=9))
    )
    assert counts == {"large.example": 3, "small.example": 3}


def test_links_whose_time_has_not_come_hold_up_no_host_behind_them(store: Store) -> None:
    submit(store, "a", links=2, now=NOW + MINUTE)
    submit(store, "b")
    assert hosts_of(store, release(store)) == ["b"]


def test_of_a_host_s_links_the_one_that_waits_longest_goes_first(store: Store) -> None:
    store.links.submit([NewLink("https://a.example/late", HOST)], NOW)
    store.links.submit([NewLink("https://a.example/early", HOST)], NOW - MINUTE)
    [link] = store.links.take(release(store), LinkState.RELEASED, NOW, lease=600)
    assert link.url == "https://a.example/early"


def test_many_hosts_are_all_served_in_a_few_releases(store: Store) -> None:
    for number in range(1_500):
        store.links.submit([NewLink(f"https://{number}.example/1", f"{number}.example")], NOW)
    counts = [len(release(store, limit=600)) for _ in range(4)]
    assert counts == [600, 600, 300, 0]


def test_a_host_that_is_down_gets_no_link_until_its_backoff_is_over(store: Store) -> None:
    submit(store, links=3)
    take_down(store)
    assert released(store, 0 * SECOND, 59 * SECOND, MINUTE) == [0, 0, 1]


def test_a_host_that_is_down_gets_one_probe_at_a_time(store: Store) -> None:
    submit(store, links=3)
    take_down(store)
    assert released(store, MINUTE, 10 * MINUTE, spacing=0) == [1, 0]


def test_an_answer_clears_what_a_host_is_charged_with(store: Store) -> None:
    submit(store, links=3)
    take_down(store, failures=9)
    store.hosts.answered(HOST)
    store.hosts.answered(HOST)
    assert not store.hosts.get(HOST).health.is_down
    assert released(store, 0 * SECOND, spacing=0) == [3]


def test_failures_before_an_answer_do_not_count(store: Store) -> None:
    take_down(store, failures=4)
    store.hosts.answered(HOST)
    take_down(store, failures=4)
    assert not store.hosts.get(HOST).health.is_down


def test_one_worker_probes_and_the_others_come_back_later(store: Store) -> None:
    take_down(store)
    assert store.hosts.begin_probe(HOST, NOW) == Later(NOW + MINUTE, "host-down")
    assert store.hosts.begin_probe(HOST, NOW + MINUTE) is None
    assert store.hosts.begin_probe(HOST, NOW + MINUTE) == Later(NOW + 2 * MINUTE, "host-down")


def test_a_host_that_is_up_needs_no_probe(store: Store) -> None:
    assert store.hosts.begin_probe(HOST, NOW) is None
    assert store.hosts.begin_probe(HOST, NOW) is None


def test_turns_are_given_out_one_after_the_other(store: Store) -> None:
    turns = [store.hosts.take_turn(HOST, None, 1.0, NOW) for _ in range(3)]
    assert [turn.wait for turn in turns if isinstance(turn, Turn)] == [0.0, 1.0, 2.0]


def test_a_turn_that_is_far_off_is_not_taken(store: Store) -> None:
    store.hosts.take_turn(HOST, 30.0, 1.0, NOW)
    later = Later(NOW + 30 * SECOND, "spacing")
    assert [store.hosts.take_turn(HOST, 30.0, 1.0, NOW) for _ in range(2)] == [later, later]
    assert store.hosts.take_turn(HOST, 30.0, 1.0, later.at) == Turn(0.0, NOW + 60 * SECOND)


def test_a_host_that_asked_for_a_pause_gets_it_from_everybody(store: Store) -> None:
    submit(store, links=3)
    store.hosts.pause(HOST, NOW + MINUTE)
    assert store.hosts.take_turn(HOST, None, 0.0, NOW) == Later(NOW + MINUTE, "spacing")
    assert released(store, 0 * SECOND, MINUTE, spacing=0) == [0, 3]


def test_a_link_that_waits_for_its_host_is_not_charged(store: Store) -> None:
    submit(store)
    [claim] = release(store)
    assert store.hosts.postpone(claim, Later(NOW + MINUTE, "host-down"), NOW)
    assert not store.hosts.postpone(claim, Later(NOW + DAY, "host-down"), NOW)
    assert released(store, 59 * SECOND) == [0]
    [link] = store.links.take(release(store, NOW + MINUTE), LinkState.RELEASED, NOW, lease=60)
    assert link.attempts == 0
    trace = store.trails.of(link.url)
    assert trace is not None
    assert [step.outcome for step in trace.steps] == ["submitted", "released", "later:host-down", "released"]


def test_links_that_waited_in_vain_end_with_their_host(store: Store) -> None:
    submit(store, links=2)
    submit(store, "b.example")
    store.links.submit([NewLink("https://a.example/young", HOST)], NOW + DAY)
    assert store.hosts.end_waiting(HOST, NOW + MINUTE, NOW + DAY) == 2
    assert store.hosts.end_waiting(HOST, NOW + MINUTE, NOW + DAY) == 0
    assert store.links.counts() == {"dead:host-down": 2, "due": 2}


def test_a_link_under_way_does_not_end_with_its_host(store: Store) -> None:
    submit(store)
    [claim] = release(store)
    assert store.hosts.end_waiting(HOST, NOW + DAY, NOW + DAY) == 0
    assert store.links.finish(claim, "dead:gone", NOW, step="extract")


def test_a_link_that_its_feed_told_in_full_is_left_to_end_with_the_feed_s_text(store: Store) -> None:
    store.feeds.add(["https://a.example/feed"], NOW, interval=300)
    entry = Entry(None, "https://a.example/1", None, None, None)
    store.feeds.record_poll(1, [FoundEntry(entry, entry.url, HOST, text="All of it.")], NOW)
    assert store.hosts.end_waiting(HOST, NOW + DAY, NOW + DAY) == 0


@pytest.mark.parametrize(
    ("file", "kept"),
    [
        (RobotsFile(b"User-agent: *\nDisallow: /", 200), 86_400),
        (RobotsFile(None, 404), 86_400),
        (RobotsFile(None, None), 300),
    ],
)
def test_a_robots_txt_is_kept_for_a_day_and_an_unreachable_one_for_five_minutes(
    store: Store, file: RobotsFile, kept: float
) -> None:
    store.hosts.keep_robots(SITE, file, NOW)
    assert store.hosts.robots(SITE, NOW + SECOND) == (file, kept - 1)
    assert store.hosts.robots(SITE, NOW + timedelta(seconds=kept)) is None


def test_a_newer_robots_txt_replaces_the_older(store: Store) -> None:
    store.hosts.keep_robots(SITE, RobotsFile(b"Disallow: /", 200), NOW)
    store.hosts.keep_robots(SITE, RobotsFile(None, 404), NOW + SECOND)
    assert store.hosts.robots(SITE, NOW + SECOND) == (RobotsFile(None, 404), 86_400)


def test_a_huge_robots_txt_is_not_kept(store: Store) -> None:
    store.hosts.keep_robots(SITE, RobotsFile(b"#" * 100_001, 200), NOW)
    assert store.hosts.robots(SITE, NOW) is None
    store.hosts.keep_robots(SITE, RobotsFile(b"#" * 100_000, 200), NOW)
    assert store.hosts.robots(SITE, NOW) is not None


def test_nothing_is_known_of_a_new_host(store: Store) -> None:
    assert store.hosts.robots(SITE, NOW) is None
    assert not store.hosts.get(HOST).health.is_down
    assert not store.hosts.get(HOST).has_pace
