"""Article → story: which story a new article belongs to, or that it begins one.

    candidates ──verify──▶ same text? ──attach──▶ the story lets it in? ──▶ decision: story, role, merges, related
               same_text               against its anchor and core

That two texts are the same isn't enough: a text may hold one story's passage and another's, and stories would chain. So a
story lets in what agrees with its anchor, or with most of its core.

The *anchor* is the member that matching compares with; the canonical (`canonical.py`) is the one that people are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from shared.stages.fingerprint import Fingerprint
from shared.stages.same_text import Figures, Verdict, compare, is_copy, same_text

MOST_CANDIDATES = 20
LEAST_SHARED_KEYS = 2
RELATED_FACTS = 0.35
"""The least share of agreeing facts at which two stories tell of one event: precision .992 on 571 articles about a summit."""


class Role(StrEnum):
    """What a member is to its story."""

    CORE = "core"
    """Tells the whole text: matching may ask it whether another belongs."""
    EXCERPT = "excerpt"
    """A shorter passage of it. Never asked, never canonical while there is a whole one."""
    TWIN = "twin"
    """Let in for being nearly one member's copy, though far from the anchor. It lets in no further twin."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """The article to be placed."""

    article: int
    host: str | None
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article that shares keys with the incoming one. `story` is its story today, aliases resolved."""

    article: int
    story: int
    host: str | None
    payload: bytes
    shared_keys: int
    role: Role


@dataclass(frozen=True, slots=True)
class StoryView:
    """What matching needs to know of a story. Members are article ids."""

    id: int
    anchor: int
    core: tuple[int, ...]
    """The newest 8 of the core, newest first."""
    core_count: int
    excerpts: tuple[int, ...] = ()
    """Up to 8 of the excerpts."""
    excerpt_count: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What was found about one candidate: the evidence for or against it."""

    article: int
    story: int
    shared_keys: int
    figures: Figures
    same: bool
    because: str
    """The line of the rule that decided."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a decision was made. Both are None where no candidate was found."""

    best: Told | None = None
    """The candidate that let the article in, or that came nearest to it."""
    runner_up: Told | None = None
    """The nearest candidate of any other story, and why that story wasn't chosen."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where an article goes. Made of facts alone: the store carries it out."""

    story: int | None
    """None: it begins a story."""
    role: Role
    new_anchor: bool
    """It becomes the anchor of its story."""
    merges: tuple[int, ...]
    """Other stories that fold into `story`; their ids live on as aliases."""
    related: tuple[tuple[int, float], ...]
    """Stories on the same event that are told independently, nearest first, with the share of facts that agree."""
    score: float
    """Of the best candidate, from 0 to 1."""
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class People:
    """What people have said, which counts more than any figure."""

    together: int | None = None
    """The story that this article must be in."""
    apart: frozenset[int] = frozenset()
    """Stories that it must not be in."""
    unmerged: frozenset[tuple[int, int]] = frozenset()
    """Pairs of stories that must stay two, the smaller id first."""


def choose_candidates(shared: Mapping[int, int]) -> list[int]:
    """Of the articles that share keys, with how many, the 20 that share most, newest (largest id) first among equals."""
    enough = [article for article, keys in shared.items() if keys >= LEAST_SHARED_KEYS]
    return sorted(enough, key=lambda article: (shared[article], article), reverse=True)[:MOST_CANDIDATES]


def article_to_story(
    incoming: Incoming,
    candidates: Sequence[Candidate],
    stories: Mapping[int, StoryView],
    payloads: Mapping[int, bytes],
    hosts: Mapping[int, str | None],
    people: People | None = None,
) -> Decision:
    """Place an article.

    `stories` holds the story of each candidate; `payloads` and `hosts` those of the stories' anchors, core and excerpts (they
    are read only where the rule asks, so both may load on demand).
    """
    return _Placing(incoming, candidates, stories, payloads, hosts, people or People()).decide()


@dataclass(slots=True)
class _Placing:
    incoming: Incoming
    candidates: Sequence[Candidate]
    stories: Mapping[int, StoryView]
    payloads: Mapping[int, bytes]
    hosts: Mapping[int, str | None]
    people: People
    figures: dict[int, Figures] = field(default_factory=dict)
    """Of the incoming article with each member compared so far."""

    def decide(self) -> Decision:
        self._compare_first()
        told = [self._told(candidate) for candidate in self.candidates]
        told.sort(key=lambda each: (each.figures.nearness, each.shared_keys, -each.article), reverse=True)
        if self.people.together is not None:
            return self._join(self.people.together, told, Verdict(True, "people said so"))
        for each in told:
            if each.same and each.story not in self.people.apart:
                verdict = self._let_in(each)
                if verdict.same:
                    return self._join(each.story, told, verdict, each)
        return self._begin(told)

    def _compare_first(self) -> None:
        """Candidates and their stories' anchors in one batch: nearly always these are all."""
        known = {candidate.article: candidate.payload for candidate in self.candidates}
        for story in {candidate.story for candidate in self.candidates}:
            anchor = self.stories[story].anchor
            if anchor not in known and anchor in self.payloads:
                known[anchor] = self.payloads[anchor]
        self._compare(known)

    def _compare(self, payloads: Mapping[int, bytes]) -> None:
        self.figures.update(zip(payloads, compare(self.incoming.fingerprint.payload, list(payloads.values())), strict=True))

    def _told(self, candidate: Candidate) -> Told:
        figures = self.figures[candidate.article]
        verdict = same_text(figures, same_host=self._same_host(candidate.host))
        return Told(candidate.article, candidate.story, candidate.shared_keys, figures, verdict.same, verdict.line)

    def _same_host(self, host: str | None) -> bool:
        return host is not None and host == self.incoming.host

    def _near(self, articles: Iterable[int]) -> Iterator[Figures]:
        """Figures with members of a story, comparing those that weren't yet."""
        articles = [article for article in articles if article in self.figures or article in self.payloads]
        missing = {article: self.payloads[article] for article in articles if article not in self.figures}
        self._compare(missing)
        return (self.figures[article] for article in articles)

    def _let_in(self, told: Told) -> Verdict:
        """Whether the candidate's story lets the article in."""
        story = self.stories[told.story]
        if told.article == story.anchor:
            return Verdict(True, told.because)
        if any(map(_loosely, self._near([story.anchor]))):
            return Verdict(True, told.because + "; near the story's anchor")
        if len(story.core) >= 3 and 2 * sum(map(_loosely, self._near(story.core))) > len(story.core):
            return Verdict(True, told.because + "; near most of the story")
        if _twins(told.figures) and self._role_of(told.article) is not Role.TWIN:
            return Verdict(True, told.because + "; a twin of one member")
        return Verdict(False, told.because + ", but far from the rest of that story")

    def _role_of(self, article: int) -> Role:
        return next(candidate.role for candidate in self.candidates if candidate.article == article)

    def _join(self, story: int, told: Sequence[Told], verdict: Verdict, best: Told | None = None) -> Decision:
        view = self.stories.get(story)
        merges = self._merges(story, told) if view is not None else ()
        if merges and view is not None:
            story, merges = self._larger(story, merges)
            view = self.stories[story]
        role = self._role(view, verdict)
        best = best or next((each for each in told if each.story == story), None)
        return Decision(
            story=story,
            role=role,
            new_anchor=view is not None and role is Role.CORE and self._anchors(view),
            merges=merges,
            related=self._related(told, {story, *merges}),
            score=_score(best),
            evidence=Evidence(best and _judged(best, verdict), self._runner_up(told, {story, *merges})),
        )

    def _begin(self, told: Sequence[Told]) -> Decision:
        best = next(iter(told), None)
        return Decision(
            story=None,
            role=Role.CORE,
            new_anchor=True,
            merges=(),
            related=self._related(told, set()),
            score=_score(best),
            evidence=Evidence(best and self._why_not(best), self._runner_up(told, {best.story} if best else set())),
        )

    def _why_not(self, told: Told) -> Told:
        if not told.same:
            return told
        if told.story in self.people.apart:
            return _judged(told, Verdict(False, "people said that they are two"))
        return _judged(told, self._let_in(told))

    def _runner_up(self, told: Sequence[Told], taken: set[int]) -> Told | None:
        other = next((each for each in told if each.story not in taken), None)
        return other and self._why_not(other)

    def _role(self, view: StoryView | None, verdict: Verdict) -> Role:
        if view is None or view.anchor not in self.figures:
            return Role.CORE
        figures = self.figures[view.anchor]
        if verdict.line.endswith("a twin of one member"):
            return Role.TWIN
        return Role.CORE if is_copy(figures) or figures.longer else Role.EXCERPT

    def _anchors(self, view: StoryView) -> bool:
        """A longer whole takes the anchor's place while the story is young, if all its excerpts are passages of it too."""
        anchor = self.figures.get(view.anchor)
        if anchor is None or not anchor.longer or is_copy(anchor) or view.core_count > 2 or view.excerpt_count > 8:
            return False
        return all(figures.trigrams_in_shorter >= 0.4 for figures in self._near(view.excerpts))

    def _merges(self, story: int, told: Sequence[Told]) -> tuple[int, ...]:
        others = {each.story: None for each in told if each.same and each.story != story and is_copy(each.figures)}
        return tuple(other for other in others if other not in self.people.apart and self._one_story(story, other))

    def _one_story(self, story: int, other: int) -> bool:
        """Whether two stories that the article is a copy of both of are one."""
        if (min(story, other), max(story, other)) in self.people.unmerged:
            return False
        bigger, smaller = sorted((self.stories[story], self.stories[other]), key=lambda view: -view.core_count)
        asked = [article for article in smaller.core if article in self.payloads]
        if bigger.anchor not in self.payloads or smaller.anchor not in self.payloads:
            return False
        anchor, *core = compare(self.payloads[bigger.anchor], [self.payloads[article] for article in (smaller.anchor, *asked)])
        host = self.hosts.get(bigger.anchor)
        same_host = host is not None and host == self.hosts.get(smaller.anchor)
        return same_text(anchor, same_host=same_host).same and is_copy(anchor) and 2 * sum(map(_loosely, core)) > len(core)

    def _larger(self, story: int, merges: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
        """Of stories that become one, the largest keeps its id, the oldest among equals."""
        keeps = min((story, *merges), key=lambda each: (-self.stories[each].core_count, each))
        return keeps, tuple(each for each in (story, *merges) if each != keeps)

    def _related(self, told: Sequence[Told], joined: set[int]) -> tuple[tuple[int, float], ...]:
        scores: dict[int, float] = {}
        for each in told:
            if each.story not in joined and each.figures.facts >= 2 and each.figures.facts_agree >= RELATED_FACTS:
                scores[each.story] = max(scores.get(each.story, 0.0), each.figures.facts_agree)
        return tuple(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _loosely(figures: Figures) -> bool:
    """Near enough to a story's anchor or core to be no stranger."""
    if figures.unspaced:
        return figures.words >= 0.15
    return figures.words >= 0.40 or figures.trigrams_in_shorter >= 0.55


def _twins(figures: Figures) -> bool:
    return figures.length_ratio >= 0.4 and figures.octograms_in_shorter >= 0.6


def _judged(told: Told, verdict: Verdict) -> Told:
    return Told(told.article, told.story, told.shared_keys, told.figures, verdict.same, verdict.line)


def _score(told: Told | None) -> float:
    """One figure for a log line: the mean of words, passages and facts in common."""
    if told is None:
        return 0.0
    figures = told.figures
    return (max(figures.words, figures.trigrams_in_shorter) + figures.facts_agree) / 2
