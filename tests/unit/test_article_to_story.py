from __future__ import annotations

import itertools
import random

import pytest

from shared.folder import Folder
from shared.stages.article_to_story import (
    Candidate,
    Decision,
    Evidence,
    Incoming,
    People,
    Role,
    StoryView,
    article_to_story,
    choose_candidates,
)
from shared.stages.fingerprint import fingerprint
from tests.support.reports import BY_LANGUAGE

ENGLISH = BY_LANGUAGE["English"]


def _long_text(seed: int, sentences: int = 40) -> list[str]:
    """Sentences with names, numbers and words that no other seed has."""
    chance = random.Random(seed)

    def word() -> str:
        return "".join(chance.choice("bdfgklmnprstv") + chance.choice("aeiou") for _ in range(chance.randrange(2, 4)))

    names = [word().title() for _ in range(12)]

    def sentence() -> str:
        words = [word() for _ in range(chance.randrange(8, 15))]
        words[3] = chance.choice(names)
        words[5] = str(chance.randrange(10, 9999)) if chance.random() < 0.5 else chance.choice(names)
        return f"The {' '.join(words)} of the {word()}."

    return [sentence() for _ in range(sentences)]


def _told(*texts: str, hosts: list[str] | None = None) -> list[int]:
    """The story of each text, by the number of the first text in it."""
    folder = Folder(window=1000)
    for number, text in enumerate(texts):
        folder.add(text, hosts[number] if hosts else None)
    return [first for first, _ in folder.stories()]


def _placed(text: str, *known: str, people: People | None = None, host: str | None = None) -> Decision:
    """Where a text goes that meets stories of one article each, numbered from 0."""
    taken = [fingerprint(each) for each in known]
    incoming = Incoming(99, host, fingerprint(text))
    candidates = [
        Candidate(number, number, "one.example", each.payload, len({*each.keys} & {*incoming.fingerprint.keys}), Role.CORE)
        for number, each in enumerate(taken)
    ]
    views = {number: StoryView(number, number, (number,), 1) for number in range(len(known))}
    payloads = {number: each.payload for number, each in enumerate(taken)}
    return article_to_story(incoming, candidates, views, payloads, dict.fromkeys(payloads, "one.example"), people)


def test_a_text_that_nothing_shares_a_key_with_begins_a_story() -> None:
    decision = article_to_story(Incoming(1, None, fingerprint(ENGLISH.report)), [], {}, {}, {})
    assert decision == Decision(
        story=None, role=Role.CORE, new_anchor=True, merges=(), related=(), score=0.0, evidence=Evidence()
    )


def test_a_copy_joins_and_says_why() -> None:
    decision = _placed(ENGLISH.edited, ENGLISH.report, ENGLISH.pages[0])
    assert (decision.story, decision.role, decision.new_anchor) == (0, Role.CORE, False)
    best = decision.evidence.best
    assert best is not None
    assert (best.article, best.same, best.because) == (0, True, "text and facts agree")
    assert best.figures.facts_agree == 1
    assert decision.score > 0.7


def test_a_near_miss_is_evidence_too() -> None:
    decision = _placed(ENGLISH.pages[1], ENGLISH.pages[0])
    assert decision.story is None
    assert decision.evidence.best is not None
    assert (decision.evidence.best.same, decision.evidence.best.because) == (
        False,
        "each is about a name that the other never mentions",
    )


def test_the_runner_up_is_the_nearest_of_another_story() -> None:
    decision = _placed(ENGLISH.report, ENGLISH.pages[0], ENGLISH.edited, ENGLISH.independent)
    assert decision.story == 1
    assert decision.evidence.runner_up is not None
    assert decision.evidence.runner_up.article in {0, 2}
    assert decision.evidence.runner_up.because == "too little text in common"


def test_candidates_are_those_that_share_most_keys_the_newest_first() -> None:
    shared = {1: 3, 2: 9, 3: 3, 4: 1, 5: 2}
    assert choose_candidates(shared) == [2, 3, 1, 5]
    assert choose_candidates(dict.fromkeys(range(50), 3)) == list(range(49, 29, -1))
    assert len(choose_candidates(dict.fromkeys(range(50), 2))) == 8


def test_a_single_shared_key_is_looked_at_only_where_little_else_is_known() -> None:
    assert choose_candidates({7: 1, 8: 1}) == [8, 7]
    assert choose_candidates({1: 2, 2: 2, 3: 2, 4: 2, 5: 1}) == [4, 3, 2, 1]
    assert choose_candidates({}) == []


class TestExcerpts:
    TEXT = _long_text(1)
    WHOLE, LEAD, TAIL = " ".join(TEXT), " ".join(TEXT[:12]), " ".join(TEXT[28:])

    def test_a_part_joins_as_an_excerpt(self) -> None:
        assert _placed(self.LEAD, self.WHOLE).role is Role.EXCERPT

    def test_a_whole_becomes_the_anchor_of_the_story_that_its_part_began(self) -> None:
        decision = _placed(self.WHOLE, self.LEAD)
        assert (decision.story, decision.role, decision.new_anchor, decision.excerpts) == (0, Role.CORE, True, (0,))

    def test_a_whole_brings_together_its_parts_that_came_before_it(self) -> None:
        decision = _placed(self.WHOLE, self.LEAD, self.TAIL)
        assert {decision.story, *decision.merges} == {0, 1}
        assert set(decision.excerpts) == {0, 1}

    def test_parts_and_whole_are_one_story_in_every_order(self) -> None:
        for order in itertools.permutations((self.WHOLE, self.LEAD, self.TAIL)):
            assert set(_told(*order)) == {0}


class TestChaining:
    """Many outlets quote parts of one agency report that have nothing in common with each other."""

    TEXT = _long_text(2, sentences=80)

    def _quoting(self, part: int, own: int) -> str:
        """A fifth of the report in ten sentences of one's own."""
        mine = _long_text(1000 + own, sentences=4)
        return " ".join([*mine[:2], *self.TEXT[part * 16 : part * 16 + 16], *mine[2:]])

    def test_quotes_of_different_parts_do_not_all_gather_around_one_report(self) -> None:
        quoting = [self._quoting(part, part) for part in range(5)]
        stories = _told(" ".join(self.TEXT), *quoting)
        assert stories.count(0) <= 3

    def test_its_copies_all_gather(self) -> None:
        whole = " ".join(self.TEXT)
        copies = [whole.replace("The ", "A ", number) for number in range(8)]
        assert set(_told(whole, *copies, self._quoting(0, 0))) == {0}

    def test_a_text_that_holds_two_reports_does_not_make_them_one(self) -> None:
        one, other = _long_text(3), _long_text(4)
        stories = _told(" ".join(one), " ".join(other), " ".join(one[:20] + other[:20]), " ".join(one[2:]), " ".join(other[2:]))
        assert stories[0] == stories[3] != stories[4] == stories[1]


class TestMerging:
    def test_stories_that_turn_out_to_be_one_are_merged_under_the_older_id(self) -> None:
        """Two heavy edits of one text, too far from each other; then comes the text."""
        text = _long_text(5, sentences=30)
        one = [sentence.replace(" of the ", " near a ") if number % 2 else sentence for number, sentence in enumerate(text)]
        other = text[:9] + text[18:]
        stories = _told(" ".join(one), " ".join(other), " ".join(text))
        assert set(stories) == {0}

    def test_stories_on_one_event_are_not(self) -> None:
        assert len(set(_told(ENGLISH.report, ENGLISH.independent, ENGLISH.edited))) == 2


class TestHosts:
    def test_pages_of_one_host_stay_apart_though_a_copy_elsewhere_is_like_both(self) -> None:
        page, update = ENGLISH.report, ENGLISH.edited
        stories = _told(page, page, update, hosts=["a.example", "b.example", "a.example"])
        assert stories == [0, 0, 2]

    def test_the_same_page_under_two_urls_of_a_host_folds(self) -> None:
        assert _told(ENGLISH.report, ENGLISH.report + " More follows.", hosts=["a.example", "a.example"]) == [0, 0]

    def test_an_unknown_host_is_like_no_other(self) -> None:
        assert _told(ENGLISH.report, ENGLISH.edited) == [0, 0]


class TestPeople:
    def test_what_must_be_apart_stays_apart(self) -> None:
        decision = _placed(ENGLISH.edited, ENGLISH.report, people=People(apart=frozenset({0})))
        assert decision.story is None
        assert decision.evidence.best is not None
        assert decision.evidence.best.because == "people said that they are two"

    def test_what_must_be_together_is_together(self) -> None:
        decision = _placed(ENGLISH.independent, ENGLISH.report, people=People(together=0))
        assert decision.story == 0
        assert decision.evidence.best is not None
        assert (decision.evidence.best.same, decision.evidence.best.because) == (True, "people said so")

    def test_together_needs_no_candidate(self) -> None:
        incoming = Incoming(2, None, fingerprint(ENGLISH.report))
        assert article_to_story(incoming, [], {}, {}, {}, People(together=7)).story == 7

    def test_stories_that_were_split_are_never_merged_again(self) -> None:
        parts = (TestExcerpts.LEAD, TestExcerpts.TAIL)
        decision = _placed(TestExcerpts.WHOLE, *parts, people=People(unmerged=frozenset({(0, 1)})))
        assert decision.story in {0, 1}
        assert decision.merges == ()

    def test_a_story_that_the_article_must_not_be_in_is_not_merged_into_its_own(self) -> None:
        decision = _placed(TestExcerpts.WHOLE, TestExcerpts.LEAD, TestExcerpts.TAIL, people=People(apart=frozenset({1})))
        assert (decision.story, decision.merges) == (0, ())


class TestRelated:
    def test_reports_with_the_same_facts_in_other_words_are_related(self) -> None:
        retold = """Fog, a broken radar, and then the breakwater: the ferry Nordlys hit the wall at Skarvik on Tuesday, with 214
        people on board. Captain Ingrid Solheim saw it too late. The port authority counted 17 passengers with bruises. Fjordline
        has no ship to Brevoy before Friday, the Maritime Directorate asks why in Bergen, and islanders recall 2019."""
        decision = _placed(retold, ENGLISH.report)
        assert decision.story is None
        assert [story for story, _ in decision.related] == [0]
        assert decision.related[0][1] >= 0.9

    def test_pages_of_one_template_are_not_related(self) -> None:
        assert _placed(ENGLISH.pages[1], ENGLISH.pages[0]).related == ()

    def test_a_story_is_not_related_to_itself(self) -> None:
        assert _placed(ENGLISH.edited, ENGLISH.report).related == ()


def test_a_decision_depends_on_the_facts_alone() -> None:
    """Candidates come from a database in any order."""
    texts = [ENGLISH.report, ENGLISH.pages[0], ENGLISH.independent, ENGLISH.edited]
    taken = [fingerprint(text) for text in texts]
    incoming = Incoming(9, None, fingerprint(ENGLISH.report + " More follows."))
    candidates = [Candidate(number, number, None, each.payload, 5, Role.CORE) for number, each in enumerate(taken)]
    views = {number: StoryView(number, number, (number,), 1) for number in range(len(texts))}
    payloads = {number: each.payload for number, each in enumerate(taken)}
    decisions = {
        article_to_story(incoming, order, views, payloads, {}).evidence.best for order in itertools.permutations(candidates)
    }
    assert len(decisions) == 1


@pytest.mark.parametrize("missing", ["anchor", "core"])
def test_members_whose_payload_is_gone_are_not_asked(missing: str) -> None:
    """Signatures of an older version can't be compared, and old ones leave the index."""
    taken = fingerprint(ENGLISH.report)
    view = StoryView(1, 10 if missing == "anchor" else 11, (11, 12, 13), 3)
    payloads = {11: taken.payload} if missing == "anchor" else {11: taken.payload, 12: taken.payload}
    candidate = Candidate(11, 1, None, taken.payload, 20, Role.CORE)
    decision = article_to_story(Incoming(20, None, fingerprint(ENGLISH.edited)), [candidate], {1: view}, payloads, {})
    assert decision.story == 1
