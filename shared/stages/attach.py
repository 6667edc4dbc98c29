"""Does a story let an article in, and do stories become one? The checks that keep stories from chaining.

That two texts are the same isn't enough: one may hold a passage of each of two stories, and an agency's long report is quoted
in parts that have nothing in common. So a story lets in what at least half of its members know, excerpts too, and what is
near its anchor, near most of its core, or clearly the same as the member that it was found by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shared.stages.decision import Role, StoryView, Told
from shared.stages.facts import contradict
from shared.stages.figures import Figures, compare
from shared.stages.same_text import Verdict, is_copy, is_retold, near_identical, quotes, same_text

_SMALL_CORE, _LONE = 2, 2


class Nearness:
    """Figures of one article with members of stories: each is compared once, when it is first asked for."""

    def __init__(self, payload: bytes, payloads: Mapping[int, bytes]) -> None:
        self._payload = payload
        self._payloads = payloads
        self._figures: dict[int, Figures] = {}

    def meet(self, payloads: Mapping[int, bytes]) -> None:
        """Compare with these in one batch."""
        self._figures.update(zip(payloads, compare(self._payload, list(payloads.values())), strict=True))

    def of(self, articles: Iterable[int]) -> list[Figures]:
        """Figures with these members, save those whose payload isn't known."""
        articles = list(articles)
        new = {each: self._payloads[each] for each in articles if each not in self._figures and each in self._payloads}
        if new:
            self.meet(new)
        return [self._figures[each] for each in articles if each in self._figures]

    def with_anchor(self, view: StoryView) -> Figures | None:
        """Figures with a story's anchor."""
        return next(iter(self.of([view.anchor])), None)


def loosely(figures: Figures) -> bool:
    """Near enough to be no stranger. Of a long text retold in brief, that is most of the brief one's wording."""
    if figures.unspaced:
        return figures.words >= 0.15
    if figures.trigrams_in_shorter >= 0.60 or (figures.words >= 0.40 and figures.content >= 0.55):
        return True
    return (figures.words >= 0.30 and figures.content >= 0.65) or is_retold(figures)


def _knows(figures: Figures) -> bool:
    """Near, with no quarrel about facts (pages of one template are near each other too), and not merely quoting."""
    return loosely(figures) and not contradict(figures) and not quotes(figures)


def is_passage(figures: Figures) -> bool:
    """The shorter text is a part of the longer one, not another version of the whole."""
    return figures.length_ratio < 0.67 and figures.trigrams_in_shorter >= 0.5


def is_twin(figures: Figures) -> bool:
    """Clearly the same: in long passages, or in wording and in most of the 3-grams."""
    passages = figures.octograms_in_shorter >= 0.6
    wording = figures.words >= 0.46 and figures.trigrams_in_shorter >= 0.40
    return figures.length_ratio >= 0.4 and (passages or wording)


def lets_in(view: StoryView, told: Told, found_role: Role, nearness: Nearness) -> tuple[Verdict, Role]:
    """Whether a story lets in an article that tells the same as one of its members, and as what."""
    anchor = nearness.with_anchor(view)
    if not _known_to_most(view, anchor, nearness):
        return Verdict(False, told.because + ", but most of that story's members don't know it"), Role.CORE
    if told.article == view.anchor:
        return Verdict(True, told.because), _role(anchor)
    if anchor is not None and _knows(anchor):
        return Verdict(True, told.because + "; near the story's anchor"), _role(anchor)
    core = nearness.of(view.core)
    if len(core) >= 3 and 2 * sum(map(_knows, core)) > len(core):
        return Verdict(True, told.because + "; near most of the story"), _role(anchor)
    if is_twin(told.figures) and found_role is not Role.TWIN:
        return Verdict(True, told.because + "; a twin of one member"), Role.TWIN
    return Verdict(False, told.because + ", but far from the rest of that story"), Role.CORE


def _known_to_most(view: StoryView, anchor: Figures | None, nearness: Nearness) -> bool:
    """At least half of the story's members know it. What is much like the anchor needs no vote: they all know the anchor."""
    if anchor is not None and anchor.words >= (0.30 if anchor.unspaced else 0.50) and not contradict(anchor):
        return True
    known = _votes(nearness.of(view.core), view.core_count) + _votes(nearness.of(view.excerpts), view.excerpt_count)
    return 2 * known >= view.core_count + view.excerpt_count


def _votes(figures: list[Figures], members: int) -> float:
    """How many of so many members know the article, by those that were asked."""
    return sum(map(_knows, figures)) * members / len(figures) if figures else 0.0


def _role(anchor: Figures | None) -> Role:
    if anchor is None or anchor.longer:
        return Role.CORE
    return Role.EXCERPT if is_passage(anchor) or not is_copy(anchor) else Role.CORE


def objects_for_its_host(view: StoryView, host: str | None, hosts: Mapping[int, str | None], nearness: Nearness) -> bool:
    """The host has told this story already, in texts that aren't nearly identical: pages of one template."""
    if host is None:
        return False
    own = nearness.of(each for each in {view.anchor, *view.core, *view.excerpts} if hosts.get(each) == host)
    return bool(own) and not any(map(near_identical, own))


def dethroned(view: StoryView, nearness: Nearness) -> tuple[int, ...]:
    """The core members that a longer whole turns into excerpts, the anchor among them; none if the anchor stays.

    The anchor changes only while a story is young, and only if all others are passages of the longer text too.
    """
    anchor = nearness.with_anchor(view)
    if anchor is None or not anchor.longer or not is_passage(anchor):
        return ()
    if view.core_count > _SMALL_CORE or any(each.trigrams_in_shorter < 0.4 for each in nearness.of(view.core + view.excerpts)):
        return ()
    return passages_of(view.core, nearness)


def passages_of(articles: Iterable[int], nearness: Nearness) -> tuple[int, ...]:
    """Those articles that are passages of the incoming one."""
    return tuple(each for each in articles for figures in nearness.of([each]) if figures.longer and is_passage(figures))


def are_one(
    bigger: StoryView, smaller: StoryView, twin_of_both: bool, payloads: Mapping[int, bytes], hosts: Mapping[int, str | None]
) -> bool:
    """Whether two stories, both of which a new article is a copy of, are one.

    Their anchors must verify as copies, where an article that is a twin of a member of each may vouch for the facts; and most
    of the smaller's core must be near the bigger's anchor.
    """
    asked = [each for each in smaller.core if each in payloads]
    if bigger.anchor not in payloads or smaller.anchor not in payloads:
        return False
    anchor, *core = compare(payloads[bigger.anchor], [payloads[each] for each in (smaller.anchor, *asked)])
    host = hosts.get(bigger.anchor)
    same_host = host is not None and host == hosts.get(smaller.anchor)
    if not is_copy(anchor) or not (same_text(anchor, same_host=same_host).same or (twin_of_both and not same_host)):
        return False
    return 2 * sum(map(loosely, core)) > len(core)


def is_lone_passage(view: StoryView, nearness: Nearness) -> bool:
    """A story of one or two articles that are passages of the incoming one."""
    members = {*view.core, *view.excerpts}
    return view.core_count + view.excerpt_count <= _LONE and len(passages_of(members, nearness)) == len(members)


def would_let_in(view: StoryView, lone: StoryView, payloads: Mapping[int, bytes]) -> bool:
    """Whether a story that the whole has just joined would let in the lone passage of it, if that arrived now."""
    if lone.anchor not in payloads:
        return False
    nearness = Nearness(payloads[lone.anchor], payloads)
    known = 1 + _votes(nearness.of(view.core), view.core_count) + _votes(nearness.of(view.excerpts), view.excerpt_count)
    return 2 * known >= 1 + view.core_count + view.excerpt_count
