"""Folding as one transaction, under one lock, so that racing copies make one story.

Look-up, decision and insert stand inside the lock: without it 1,000 racing copies made 444 double stories (measured).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from shared.model import LinkState, Outcome
from shared.stages.article_to_story import Decision, Evidence
from shared.stages.canonical import Member
from shared.stages.fingerprint import Fingerprint
from shared.stages.reach import Window
from shared.store import candidates as index
from shared.store import people, story_changes
from shared.store.articles import StoredArticle, stored_article
from shared.store.candidates import Since
from shared.store.conclusion import Conclusion, conclude, sign
from shared.store.known_facts import KnownFacts, known_facts
from shared.store.links import Claim, finish
from shared.store.schema import articles, links, members, revisions


@dataclass(frozen=True, slots=True)
class Folded:
    """How a fold ended, for the log line."""

    outcome: str
    story: int
    score: float
    members: int
    facts_agree: float | None = None
    """Share of facts that agree with the member that decided, or that came nearest."""
    runner_up: int | None = None
    """The story that came second."""
    because: str | None = None


class Folding:
    """One article's fold, inside its transaction: ask for the known facts, then record the decision.

    `claim` is of the link that ends with it; None where the article is folded again.
    """

    def __init__(
        self, connection: Connection, claim: Claim | None, article: StoredArticle, now: datetime, *, spoken_of: bool = True
    ) -> None:
        self._connection = connection
        self._claim = claim
        self.article = article
        self._now = now
        self._spoken_of = spoken_of

    @property
    def is_revision(self) -> bool:
        """The article is in a story already: its page changed."""
        return self.article.folded_revision > 0

    def known_facts(self, fingerprint: Fingerprint, window: Window) -> KnownFacts:
        """Everything that bears on where this article belongs, looking back over `window`."""
        since = Since.looking_back(self._now, window)
        return known_facts(self._connection, self.article.id, fingerprint, since, spoken_of=self._spoken_of)

    def record(self, decision: Decision, fingerprint: Fingerprint) -> Folded:
        """Put the article where the decision says, and end the link."""
        outcome = Outcome.NEW_STORY if decision.story is None else Outcome.JOINED
        return self._place(decision, fingerprint, outcome)

    def leave_story(self, before: Fingerprint) -> None:
        """Take out an article whose page tells something else now, to be placed anew by `record_moved`."""
        index.forget(self._connection, self.article.id, before.keys)
        story_changes.leave(self._connection, self.article.id, self._story(), self._now)

    def record_moved(self, decision: Decision, fingerprint: Fingerprint) -> Folded:
        """As `record`, for an article that has left its story: its link's outcome is a revision."""
        return self._place(decision, fingerprint, Outcome.REVISION)

    def text_before(self) -> str:
        """The text that was folded last, of an article that changed since."""
        number = revisions.c.number == self.article.folded_revision
        query = select(revisions.c.text).where(revisions.c.article_id == self.article.id, number)
        return str(self._connection.execute(query).scalar_one())

    def record_revision(self, fingerprint: Fingerprint, before: Fingerprint) -> Folded:
        """Keep a changed article in its story, findable by its new text and no longer by the one `before`."""
        index.forget(self._connection, self.article.id, before.keys)
        story = self._story()
        elected = story_changes.election(self._connection, story)
        told = Conclusion(self.article, fingerprint, story, Outcome.REVISION, 1.0, {"reason": "same URL"})
        self._conclude(replace(told, canonical=elected.canonical))
        return Folded(Outcome.REVISION, story, 1.0, elected.members)

    def record_unchanged(self) -> Folded:
        """Another link brought the same page in the meantime: nothing to fold, the link ends all the same."""
        story = self._story()
        if self._claim is not None:
            finish(self._connection, self._claim, Outcome.UNCHANGED, self._now, step="fold", detail=f"story {story}")
        return Folded(Outcome.UNCHANGED, story, 1.0, story_changes.size(self._connection, story))

    def _place(self, decision: Decision, fingerprint: Fingerprint, outcome: Outcome) -> Folded:
        elected = None
        if decision.story is None:
            story = story_changes.begin(self._connection, self.article.id, self._now)
        else:
            story, elected = decision.story, self._welcome(decision, decision.story)
        for other, score in decision.related:
            story_changes.relate(self._connection, story, other, score)
        told = Conclusion(self.article, fingerprint, story, outcome, decision.score, _evidence(decision.evidence), decision.role)
        self._conclude(told if elected is None else replace(told, canonical=elected.canonical))
        best, second = decision.evidence.best, decision.evidence.runner_up
        return Folded(
            outcome,
            story,
            decision.score,
            1 if elected is None else elected.members,
            facts_agree=best.figures.facts_agree if best else None,
            runner_up=second.story if second else None,
            because=best.because if best else None,
        )

    def _welcome(self, decision: Decision, story: int) -> story_changes.Elected:
        """Make a story ready for the article, and see whom it would choose with it."""
        for merged in decision.merges:
            story_changes.merge(self._connection, merged, story, self._now)
        story_changes.demote(self._connection, decision.excerpts)
        if decision.new_anchor:
            story_changes.anchor(self._connection, self.article.id, story)
        own = self.article
        newcomer = Member(own.id, decision.role, published=own.published, seen=own.seen, words=own.words)
        return story_changes.election(self._connection, story, newcomer)

    def _conclude(self, conclusion: Conclusion) -> None:
        conclude(self._connection, replace(conclusion, claim=self._claim), self._now)

    def _story(self) -> int:
        query = select(members.c.story_id).where(members.c.article_id == self.article.id)
        return int(self._connection.execute(query).scalar_one())


def _evidence(evidence: Evidence) -> dict[str, Any]:
    """The evidence by names, the figures too: they are read again by people and by later versions."""
    told = {"best": evidence.best, "runner_up": evidence.runner_up}
    return {name: None if each is None else asdict(each) | {"figures": each.figures._asdict()} for name, each in told.items()}


def claimed(connection: Connection, claim: Claim, now: datetime) -> Folding | None:
    """The fold of a claimed link's article; None where the claim no longer holds its link."""
    row = connection.execute(_CLAIMED, {"link": claim.link, "release": claim.release}).first()
    return None if row is None else Folding(connection, claim, stored_article(row), now, spoken_of=row.spoken_of)


def sign_again(connection: Connection, article: StoredArticle, before: Fingerprint, after: Fingerprint) -> None:
    """Make a folded article known by another text of it."""
    index.forget(connection, article.id, before.keys)
    sign(connection, article.id, after)


# Built once: putting a statement together costs more than running it.
_CLAIMED = (
    select(articles, people.spoken_of(articles.c.id).label("spoken_of"))
    .join(links, links.c.article_id == articles.c.id)
    .where(links.c.id == bindparam("link"), links.c.release == bindparam("release"), links.c.state == LinkState.EXTRACTED)
    .with_for_update()
)
