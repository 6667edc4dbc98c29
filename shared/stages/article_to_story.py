"""Article → story: which story a new article belongs to, or that it begins one.

    candidates ──figures──▶ same text? ──attach──▶ the story lets it in? ──▶ decision: story, role, merges, related

`choose_candidates` picks from the articles that share keys; `figures` compares; `same_text` judges a pair; `attach` asks the
story. This module walks the candidates, nearest first, and says what was found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.stages.attach import (
    Nearness,
    are_one,
    dethroned,
    is_lone_passage,
    is_twin,
    lets_in,
    objects_for_its_host,
    passages_of,
    would_let_in,
)
from shared.stages.decision import Candidate, Decision, Evidence, Incoming, People, Role, StoryView, Told
from shared.stages.facts import contradict
from shared.stages.figures import Figures
from shared.stages.reach import Reach
from shared.stages.same_text import Verdict, is_copy, same_text

__all__ = [
    "Candidate",
    "Decision",
    "Evidence",
    "Incoming",
    "People",
    "Role",
    "StoryView",
    "Told",
    "article_to_story",
    "choose_by_reach",
    "choose_candidates",
]

_MOST_CANDIDATES, _MOST_WITH_TWO_KEYS, _MOST_OF_A_STORY, _FEW = 20, 8, 4, 4
_REPRINTED = Verdict(False, "the same text, printed too long ago to be one story")


def choose_candidates(shared: Mapping[int, int]) -> list[int]:
    """Of the articles that share keys, with how many: the 20 that share most, newest (largest id) first among equals.

    Two shared keys may be chance (99 % of edited copies share 4), so at most 8 of those are looked at; one mostly is, so of
    those only so many as make four in all.
    """
    ranked = sorted(shared.items(), key=lambda item: (item[1], item[0]), reverse=True)
    several = [article for article, keys in ranked if keys > 2][:_MOST_CANDIDATES]
    several += [article for article, keys in ranked if keys == 2][: min(_MOST_WITH_TWO_KEYS, _MOST_CANDIDATES - len(several))]
    if len(several) >= _FEW:
        return several
    return several + [article for article, keys in ranked if keys == 1][: _FEW - len(several)]


def choose_by_reach(shared: Mapping[Reach, Mapping[int, int]]) -> dict[int, Reach]:
    """As `choose_candidates`, and of those that are too old to fold with the best four of each kind: they take nobody's place."""
    chosen = dict.fromkeys(choose_candidates(shared.get(Reach.FOLD, {})), Reach.FOLD)
    for reach in (Reach.RELATED, Reach.REPRINT):
        if reach in shared:
            chosen |= dict.fromkeys(choose_candidates(shared[reach])[:_FEW], reach)
    return chosen


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
class _Found:
    """A candidate with its figures and the verdict on the pair."""

    candidate: Candidate
    figures: Figures
    verdict: Verdict

    def told(self, verdict: Verdict | None = None) -> Told:
        verdict = verdict or self.verdict
        each = self.candidate
        return Told(each.article, each.story, each.shared_keys, self.figures, verdict.same, verdict.line)


@dataclass(slots=True)
class _Placing:
    incoming: Incoming
    candidates: Sequence[Candidate]
    stories: Mapping[int, StoryView]
    payloads: Mapping[int, bytes]
    hosts: Mapping[int, str | None]
    people: People
    nearness: Nearness = field(init=False)
    found: list[_Found] = field(init=False)
    """Candidates, the nearest first."""

    def decide(self) -> Decision:
        self._look()
        if self.people.together is not None:
            return self._join(self.people.together, Verdict(True, "people said so"), Role.CORE, None)
        for each in self.found:
            if each.verdict.same:
                verdict, role = self._asked(each)
                if verdict.same:
                    return self._join(each.candidate.story, verdict, role, each)
        return self._begin()

    def _look(self) -> None:
        """Compare with candidates and their stories' anchors in one batch: nearly always these are all that is needed."""
        self.nearness = Nearness(self.incoming.fingerprint.payload, self.payloads)
        chosen = _some_of_each_story(self.candidates)
        batch = {candidate.article: candidate.payload for candidate in chosen}
        for story in {candidate.story for candidate in chosen}:
            anchor = self.stories[story].anchor
            if anchor not in batch and anchor in self.payloads:
                batch[anchor] = self.payloads[anchor]
        self.nearness.meet(batch)
        found = map(self._judged, chosen, self.nearness.of(candidate.article for candidate in chosen))
        self.found = sorted(found, key=lambda each: (-each.figures.nearness, -each.candidate.shared_keys, each.candidate.article))

    def _judged(self, candidate: Candidate, figures: Figures) -> _Found:
        same_host = candidate.host is not None and candidate.host == self.incoming.host
        verdict = same_text(figures, same_host=same_host)
        too_old = verdict.same and candidate.reach is not Reach.FOLD
        return _Found(candidate, figures, _REPRINTED if too_old else verdict)

    def _asked(self, each: _Found) -> tuple[Verdict, Role]:
        """Whether the candidate's story lets the article in."""
        view = self.stories[each.candidate.story]
        if view.id in self.people.apart:
            return Verdict(False, "people said that they are two"), Role.CORE
        if objects_for_its_host(view, self.incoming.host, self.hosts, self.nearness):
            return Verdict(False, "its host has told that story already, in another text"), Role.CORE
        return lets_in(view, each.told(), each.candidate.role, self.nearness)

    def _join(self, story: int, verdict: Verdict, role: Role, best: _Found | None) -> Decision:
        view = self.stories.get(story)
        best = best or next((each for each in self.found if each.candidate.story == story), None)
        if view is None:
            return self._decision(story, role, best, verdict)
        merges, excerpts = self._merges(view, best)
        shorter = dethroned(view, self.nearness) if role is Role.CORE else ()
        kept = min((story, *merges), key=lambda each: (-self.stories[each].core_count, each))
        gone = tuple(each for each in (story, *merges) if each != kept)
        anchors = view.anchor in shorter and kept == story
        return self._decision(kept, role, best, verdict, new_anchor=anchors, merges=gone, excerpts=(*shorter, *excerpts))

    def _begin(self) -> Decision:
        best = next(iter(self.found), None)
        return self._decision(None, Role.CORE, best, self._why_not(best) if best else None, new_anchor=True)

    def _decision(
        self,
        story: int | None,
        role: Role,
        best: _Found | None,
        verdict: Verdict | None,
        *,
        new_anchor: bool = False,
        merges: tuple[int, ...] = (),
        excerpts: tuple[int, ...] = (),
    ) -> Decision:
        joined = {story, *merges}
        taken = joined if story is not None or best is None else {best.candidate.story}
        other = next((each for each in self.found if each.candidate.story not in taken), None)
        return Decision(
            story=story,
            role=role,
            new_anchor=new_anchor,
            merges=merges,
            related=self._related(joined),
            score=_score(best),
            evidence=Evidence(best.told(verdict) if best else None, other.told(self._why_not(other)) if other else None),
            excerpts=excerpts,
        )

    def _why_not(self, each: _Found) -> Verdict:
        return self._asked(each)[0] if each.verdict.same else each.verdict

    def _merges(self, view: StoryView, best: _Found | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Other stories that are one with this one, now that the article tells the same as both; and the excerpts among them."""
        merges: dict[int, tuple[int, ...]] = {}
        for each in self.found:
            other = self.stories[each.candidate.story]
            if not each.verdict.same or other.id in {view.id, *merges, *self.people.apart} or self._unmerged(view.id, other.id):
                continue
            if is_copy(each.figures) and self._are_one(view, other, best, each):
                merges[other.id] = ()
            elif each.figures.longer and is_lone_passage(other, self.nearness) and would_let_in(view, other, self.payloads):
                merges[other.id] = passages_of(other.core, self.nearness)
        return tuple(merges), tuple(each for excerpts in merges.values() for each in excerpts)

    def _unmerged(self, story: int, other: int) -> bool:
        return (min(story, other), max(story, other)) in self.people.unmerged

    def _are_one(self, view: StoryView, other: StoryView, best: _Found | None, each: _Found) -> bool:
        bigger, smaller = sorted((view, other), key=lambda each: (-each.core_count, each.id))
        twin_of_both = best is not None and is_twin(best.figures) and is_twin(each.figures)
        return are_one(bigger, smaller, twin_of_both, self.payloads, self.hosts)

    def _related(self, joined: set[int | None]) -> tuple[tuple[int, float], ...]:
        scores: dict[int, float] = {}
        for each in self.found:
            story = each.candidate.story
            if story not in joined and _is_related(each):
                scores[story] = max(scores.get(story, 0.0), each.figures.facts_agree)
        return tuple(sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def _some_of_each_story(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Of each story the four that share most keys: a story of fifty copies needn't be asked twenty times."""
    asked: Counter[int] = Counter()
    chosen = []
    for candidate in sorted(candidates, key=lambda each: (-each.shared_keys, each.article)):
        asked[candidate.story] += 1
        if asked[candidate.story] <= _MOST_OF_A_STORY:
            chosen.append(candidate)
    return chosen


def _is_related(each: _Found) -> bool:
    """Independent reports on one event agree on facts and on some of the words, without wording it alike.

    Two shared keys and .35 of the facts linked 84 % of 571 articles on one summit at a precision of .992. A single key is
    often a stock phrase, so more must agree. Texts worded alike whose facts differ are pages of one make, on two events.
    """
    figures = each.figures
    if each.verdict is _REPRINTED or each.candidate.reach is Reach.REPRINT:
        return each.verdict is _REPRINTED
    agreeing = figures.facts * figures.facts_agree
    if is_copy(figures) and figures.facts_agree < 0.6:
        return False
    if each.candidate.shared_keys < 2:
        return agreeing >= 8 and figures.facts_agree >= 0.5 and figures.content >= 0.18
    by_facts = agreeing >= 3 and figures.facts_agree >= 0.35 and figures.content >= 0.15
    return by_facts or (figures.content >= 0.30 and not contradict(figures))


def _score(best: _Found | None) -> float:
    """One figure for a log line: the mean of the text and of the facts in common."""
    if best is None:
        return 0.0
    figures = best.figures
    return (max(figures.words, figures.trigrams_in_shorter) + figures.facts_agree) / 2
