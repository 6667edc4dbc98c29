"""The ledger of a run with faults: what the newsroom published against what Storyfold made of it, as a table."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.stages.entry_to_link import entry_to_link
from shared.store.ledger import Ledger
from shared.store.store import Store
from tests.support.generator import Item, Kind, Newsroom, added
from tests.support.hostile_server import TRICKS

_ENDS = {
    Kind.ARTICLE: {"new-story", "joined", "unchanged"},
    Kind.FLAKY: {"new-story", "joined", "unchanged"},
    Kind.ALIAS: {"new-story", "joined", "unchanged"},
    Kind.UPDATED: {"new-story", "joined", "revision", "unchanged"},
    Kind.MISSING: {"dead:not-found"},
    Kind.THIN: {"rejected:too-short"},
}
_CUT_OFF = {"timeout", "connection", "too-many-redirects"}  # which of them comes first is a matter of pace
PROBLEMS = ("lost", "invented", "wrong", "split", "mixed", "stale", "broken")


@dataclass
class Account:
    """What came out. Every list but `faults` and `outcomes` is to be empty."""

    published: int
    outcomes: dict[str, int]
    lost: list[str]
    """Links that were published and have no outcome, or none at all."""
    invented: list[str]
    """Links that nobody published."""
    wrong: list[str]
    """Links with another outcome than their page deserves."""
    split: list[str]
    """Stories of which the members stand in several."""
    mixed: list[str]
    """Stories with members of several."""
    stale: list[str]
    """Articles that changed, of which we have the old text."""
    broken: list[str]
    """Rules of the ledger that don't hold."""
    stories: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Nothing was lost, doubled, split or mixed."""
        return not any(getattr(self, name) for name in PROBLEMS)

    def line(self) -> str:
        """The ledger in one line: what was done, and how much came out of it badly."""
        done = ", ".join(f"{name} {number}" for name, number in sorted(self.faults.items()))
        problems = ", ".join(f"{len(getattr(self, name))} {name}" for name in PROBLEMS)
        return f"ledger: {self.published} links, {done}: {problems}, {self.seconds:.0f} s"

    def table(self) -> str:
        """The ledger as Markdown."""
        rows = [(f"fault: {name}", number) for name, number in sorted(self.faults.items())]
        rows += [("links published", self.published), ("stories", self.stories)]
        rows += [(f"outcome {name}", number) for name, number in sorted(self.outcomes.items(), key=lambda pair: -pair[1])]
        rows += [(name, len(getattr(self, name))) for name in PROBLEMS]
        told = "\n".join(f"| {name} | {number} |" for name, number in rows)
        first = "\n".join(f"{name}: {each}" for name in PROBLEMS for each in getattr(self, name)[:5])
        return f"| figure | value |\n|---|---|\n{told}\n| seconds | {self.seconds:.0f} |\n{first}"


def account(store: Store, newsroom: Newsroom, faults: Mapping[str, int], began: float) -> Account:
    """Compare; `began` is `time.monotonic()` at the start of the run."""
    outcomes = dict(store.links.outcomes())
    items = newsroom.items[: newsroom.published]
    expected = {entry_to_link(newsroom.url(item)).url: item for item in items}
    truth, found = newsroom.partition(), {frozenset(story) for story in store.stories.partition()}
    return Account(
        published=len(items),
        outcomes=dict(Counter(outcome or "none" for outcome in outcomes.values())),
        lost=[url for url in expected if outcomes.get(url) is None],
        invented=[url for url in outcomes if url not in expected],
        wrong=[
            f"{url} {outcome}"
            for url, item in expected.items()
            if (outcome := outcomes.get(url)) and not _deserves(item, outcome)
        ],
        split=[_named(story) for story in truth - found if not any(story <= other for other in found)],
        mixed=[_named(story) for story in found - truth if not any(story <= other for other in truth)],
        stale=stale(store, newsroom),
        broken=[f"{each.rule}: {each.broken} {each.examples}" for each in Ledger(store.database).check() if not each.holds],
        stories=len(found),
        faults=faults,
        seconds=time.monotonic() - began,
    )


def _deserves(item: Item, outcome: str) -> bool:
    if item.kind is not Kind.TRAP:
        return outcome in _ENDS[item.kind]
    how, _, why = outcome.partition(":")
    kind, _, reason = TRICKS[item.path.removeprefix("/")].ends.partition(" ")
    if kind == "page":
        return how == "rejected"  # there is nothing to read on it
    return how in {"dead", "rejected"} and (why == reason or (kind == "Transient" and why in _CUT_OFF))


def stale(store: Store, newsroom: Newsroom) -> list[str]:
    """Articles without the paragraph that the second edition added."""
    stories = {newsroom.url(item): item.story for item in newsroom.items}
    articles = {url: store.articles.by_url(url) for url in newsroom.updated_urls()}
    return [url for url, article in articles.items() if article is None or added(newsroom.seed, stories[url]) not in article.text]


def held_up(store: Store, caught: Sequence[tuple[datetime, str]]) -> list[float]:
    """For each link that was being worked on at the moment of a fault: seconds until it got on, or was due again."""
    found = []
    for url in {url for _, url in caught}:
        trace = store.trails.of(url)
        steps = [step.at for step in trace.steps] if trace else []
        for at in (at for at, its_url in caught if its_url == url):
            found += [(later - at).total_seconds() for later in steps if later > at][:1]
    return found


def spread(what: str, seconds: Sequence[float]) -> str:
    """Median, 99th percentile and the longest, for a person."""
    ordered = sorted(seconds)
    if not ordered:
        return f"{what}: never"
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
    return f"{what}, s: p50 {at[0]:.1f}, p99 {at[1]:.1f}, longest {ordered[-1]:.1f} ({len(ordered)} times)"


def _named(story: frozenset[str]) -> str:
    return " ".join(sorted(story))
