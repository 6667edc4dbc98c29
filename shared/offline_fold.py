"""Lines → stories without a store: the same stages over an index in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.candidate_index import CandidateIndex
from shared.stages.article_to_story import (
    Candidate,
    Decision,
    Incoming,
    Role,
    StoryView,
    article_to_story,
    choose_candidates,
)
from shared.stages.fingerprint import fingerprint

_NEWEST = 8


@dataclass(slots=True)
class Folder:
    """Folds articles as they come. Articles are numbered from 0; a story has the number of its first article."""

    index: CandidateIndex = field(default_factory=CandidateIndex)
    payloads: dict[int, bytes] = field(default_factory=dict)
    hosts: dict[int, str | None] = field(default_factory=dict)
    roles: dict[int, Role] = field(default_factory=dict)
    views: dict[int, StoryView] = field(default_factory=dict)
    story_of: list[int] = field(default_factory=list)
    aliases: dict[int, int] = field(default_factory=dict)

    def add(self, text: str, host: str | None = None) -> Decision:
        """Fold one article."""
        article = len(self.story_of)
        taken = fingerprint(text)
        shared = self.index.shared(taken.keys)
        candidates = [self._candidate(other, shared[other]) for other in choose_candidates(shared)]
        stories = {candidate.story: self.views[candidate.story] for candidate in candidates}
        decision = article_to_story(Incoming(article, host, taken), candidates, stories, self.payloads, self.hosts)
        self.payloads[article], self.hosts[article], self.roles[article] = taken.payload, host, decision.role
        self.index.add(article, taken.keys)
        self._carry_out(article, decision)
        return decision

    def story(self, article: int) -> int:
        """The story that an article is in, merges resolved."""
        story = self.story_of[article]
        while story in self.aliases:
            story = self.aliases[story]
        return story

    def partition(self) -> Mapping[int, int]:
        """Article → story, merges resolved."""
        return {article: self.story(article) for article in range(len(self.story_of))}

    def _candidate(self, article: int, shared_keys: int) -> Candidate:
        return Candidate(
            article, self.story(article), self.hosts[article], self.payloads[article], shared_keys, self.roles[article]
        )

    def _carry_out(self, article: int, decision: Decision) -> None:
        story = article if decision.story is None else decision.story
        self.story_of.append(story)
        if decision.story is None:
            self.views[story] = StoryView(story, article, (article,), 1)
            return
        view = self.views[story]
        for excerpt in decision.excerpts:
            self.roles[excerpt] = Role.EXCERPT
        for other in decision.merges:
            view = _merged(view, self.views.pop(other))
            self.aliases[other] = story
        self.views[story] = _demoted(_with(view, article, decision), decision.excerpts)


def _merged(view: StoryView, other: StoryView) -> StoryView:
    return StoryView(
        view.id,
        view.anchor,
        tuple(sorted(view.core + other.core, reverse=True)[:_NEWEST]),
        view.core_count + other.core_count,
        (view.excerpts + other.excerpts)[:_NEWEST],
        view.excerpt_count + other.excerpt_count,
    )


def _with(view: StoryView, article: int, decision: Decision) -> StoryView:
    if decision.role is Role.CORE:
        core = (article, *view.core)[:_NEWEST]
        anchor = article if decision.new_anchor else view.anchor
        return StoryView(view.id, anchor, core, view.core_count + 1, view.excerpts, view.excerpt_count)
    if decision.role is Role.TWIN:
        return view
    excerpts = (article, *view.excerpts)[:_NEWEST]
    return StoryView(view.id, view.anchor, view.core, view.core_count, excerpts, view.excerpt_count + 1)


def _demoted(view: StoryView, gone: tuple[int, ...]) -> StoryView:
    gone = tuple(each for each in gone if each in view.core)
    core = tuple(each for each in view.core if each not in gone)
    excerpts = (*gone, *view.excerpts)[:_NEWEST]
    return StoryView(view.id, view.anchor, core, view.core_count - len(gone), excerpts, view.excerpt_count + len(gone))
