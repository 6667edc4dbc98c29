"""Folding without a store: the same stages over an index in memory, for the offline command and for measuring.

Memory is bounded by the window: what is older is no candidate any more. Of each article that ever came, 17 bytes stay.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from shared.candidate_index import CandidateIndex
from shared.stages.article_to_story import Candidate, Decision, Incoming, Role, StoryView, article_to_story, choose_by_reach
from shared.stages.fingerprint import fingerprint
from shared.stages.reach import Reach, Window

_NEWEST = 8
_KEYS = 24
_UNDATED = math.inf


class Folder:
    """Folds articles in the order in which they are added; they are numbered from 0, stories by their first."""

    def __init__(self, *, window: int = 100_000, days: Window | None = None) -> None:
        """Match each article with the `window` articles before it; `days` bound what they can be to it by publication."""
        self._window = window
        days = days or Window()
        self._fold_seconds, self._related_seconds = days.fold.total_seconds(), days.related.total_seconds()
        self._index = CandidateIndex(window * _KEYS)
        self._payloads: dict[int, bytes] = {}
        self._hosts: dict[int, str | None] = {}
        self._views: dict[int, StoryView] = {}
        self._newest: dict[int, int] = {}
        self._stories = array("q")
        self._published = array("d")
        self._roles = bytearray()

    def __len__(self) -> int:
        return len(self._stories)

    def add(self, text: str, host: str | None = None, published: datetime | None = None) -> Decision:
        """Fold one article; its number is the count of those before it."""
        article, taken = len(self), fingerprint(text)
        self._published.append(published.timestamp() if published else _UNDATED)
        shared = self._index.shared(taken.keys, oldest=article - self._window)
        by_reach = self._by_reach(shared)
        candidates = [self._candidate(each, shared[each], reach) for each, reach in choose_by_reach(by_reach).items()]
        stories = {each.story: self._views[each.story] for each in candidates}
        decision = article_to_story(Incoming(article, host, taken), candidates, stories, self._payloads, self._hosts)
        self._payloads[article], self._hosts[article] = taken.payload, host
        self._index.add(article, taken.keys)
        self._carry_out(article, decision)
        self._forget(article - self._window)
        return decision

    def story(self, article: int) -> int:
        """The story that an article is in today, by the number of the article that gave the story its id."""
        story = self._stories[article]
        while self._stories[story] != story:
            story = self._stories[story]
        return story

    def stories(self) -> Iterator[tuple[int, int]]:
        """For each article its story's first and its canonical article.

        The canonical is the earliest published whole, undated ones after all others and in their order (see `canonical`).
        """
        first: dict[int, int] = {}
        chosen: dict[int, int] = {}
        for article in range(len(self)):
            story = self.story(article)
            first.setdefault(story, article)
            chosen[story] = min(chosen.get(story, article), article, key=self._rank)
        for article in range(len(self)):
            yield first[self.story(article)], chosen[self.story(article)]

    def _rank(self, article: int) -> tuple[bool, float, int]:
        return (_ROLES[self._roles[article]] is Role.EXCERPT, self._published[article], article)

    def _by_reach(self, shared: dict[int, int]) -> dict[Reach, dict[int, int]]:
        own, found = self._published[-1], dict[Reach, dict[int, int]]()
        if own == _UNDATED:
            return {Reach.FOLD: shared}
        for article, keys in shared.items():
            apart = abs(self._published[article] - own)  # infinite where the other is undated
            dated_apart = self._fold_seconds < apart < math.inf
            reach = Reach.FOLD if not dated_apart else Reach.RELATED if apart <= self._related_seconds else Reach.REPRINT
            found.setdefault(reach, {})[article] = keys
        return found

    def _candidate(self, article: int, shared_keys: int, reach: Reach) -> Candidate:
        role = _ROLES[self._roles[article]]
        return Candidate(article, self.story(article), self._hosts[article], self._payloads[article], shared_keys, role, reach)

    def _carry_out(self, article: int, decision: Decision) -> None:
        story = article if decision.story is None else decision.story
        self._stories.append(story)
        self._roles.append(_ROLES.index(decision.role))
        if decision.story is None:
            self._views[story] = StoryView(story, article, (article,), 1)
        else:
            for excerpt in decision.excerpts:
                self._roles[excerpt] = _ROLES.index(Role.EXCERPT)
            self._views[story] = self._joined(story, article, decision)
        self._newest[story] = article

    def _joined(self, story: int, article: int, decision: Decision) -> StoryView:
        view = self._views[story]
        for other in decision.merges:
            self._stories[other] = story
            self._newest.pop(other)
            view = _merged(view, self._views.pop(other))
        view = _demoted(view, decision.excerpts)
        if decision.role is Role.CORE:
            anchor = article if decision.new_anchor else view.anchor
            return replace(view, anchor=anchor, core=(article, *view.core)[:_NEWEST], core_count=view.core_count + 1)
        if decision.role is Role.EXCERPT:
            return replace(view, excerpts=(article, *view.excerpts)[:_NEWEST], excerpt_count=view.excerpt_count + 1)
        return view

    def _forget(self, article: int) -> None:
        """Drop what leaves the window: a payload, unless it is the anchor's of a story that lives on; a story with its last."""
        if article < 0:
            return
        story = self.story(article)
        view = self._views[story]
        if self._newest[story] == article:
            del self._views[story], self._newest[story]
            for each in {article, view.anchor}:
                self._payloads.pop(each, None)
                self._hosts.pop(each, None)
        elif view.anchor != article:
            del self._payloads[article], self._hosts[article]


_ROLES = tuple(Role)


def _merged(view: StoryView, other: StoryView) -> StoryView:
    return StoryView(
        view.id,
        view.anchor,
        tuple(sorted(view.core + other.core, reverse=True)[:_NEWEST]),
        view.core_count + other.core_count,
        tuple(sorted(view.excerpts + other.excerpts, reverse=True)[:_NEWEST]),
        view.excerpt_count + other.excerpt_count,
    )


def _demoted(view: StoryView, excerpts: tuple[int, ...]) -> StoryView:
    gone = tuple(each for each in excerpts if each in view.core)
    return replace(
        view,
        core=tuple(each for each in view.core if each not in gone),
        core_count=view.core_count - len(gone),
        excerpts=(*gone, *view.excerpts)[:_NEWEST],
        excerpt_count=view.excerpt_count + len(gone),
    )
