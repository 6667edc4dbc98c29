"""article → story: folds each article of a batch in a transaction of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta

from shared import log
from shared.bootstrap import App, now, opened
from shared.model import Link, LinkState
from shared.queue import claims_from
from shared.stages.article_to_story import Decision, Incoming, article_to_story
from shared.stages.fingerprint import Fingerprint, fingerprint
from shared.stages.revision import tells_something_else
from shared.store.folding import Folded, Folding
from shared.store.links import Claim


def run(argument: Sequence[Sequence[int]]) -> None:
    """The job function: everything it needs stands in the environment, so a forked work-horse opens its own connections."""
    with opened(os.environ) as app:
        fold_batch(app, claims_from(argument))


def fold_batch(app: App, claims: Sequence[Claim]) -> None:
    """Fold the claimed links' articles, those that are still ours, one by one."""
    for link in app.store.links.take(claims, LinkState.EXTRACTED, now(), lease=app.settings.lease):
        with log.unit_of_work(url=link.url, host=link.host, link=link.id):
            _fold(app, link)


def _fold(app: App, link: Link) -> None:
    watch = log.Stopwatch()
    with app.store.stories.folding(Claim(link.id, link.release), now()) as folding:
        if folding is None:
            log.logger().info("fold", outcome="stale")
            return
        folded = decide(folding, timedelta(days=app.settings.fold_days))
        article = folding.article.id
    log.logger().info(
        "fold",
        outcome=folded.outcome,
        story=folded.story,
        article=article,
        score=round(folded.score, 2),
        members=folded.members,
        ms_total=watch.ms(),
    )


def decide(folding: Folding, window: timedelta) -> Folded:
    """Same URL first: a changed page is a revision. Else the stage decides by what the store knows."""
    article = folding.article
    if article.folded_revision == article.revision:
        return folding.record_unchanged()
    signature = fingerprint(article.text)
    if not folding.is_revision:
        return folding.record(_placed(folding, signature, window), signature)
    before = fingerprint(folding.text_before())
    if not tells_something_else(before, signature):
        return folding.record_revision(signature, before)
    folding.leave_story(before)
    return folding.record_moved(_placed(folding, signature, window), signature)


def _placed(folding: Folding, signature: Fingerprint, window: timedelta) -> Decision:
    article, facts = folding.article, folding.known_facts(signature, window)
    incoming = Incoming(article=article.id, host=article.host, fingerprint=signature)
    return article_to_story(incoming, facts.candidates, facts.stories, facts.payloads, facts.hosts, facts.people)


def warm_up() -> None:
    """Load what folding needs once, in the parent: a forked work-horse would load it anew for each batch."""
    fingerprint("A text that is read once, before any work, so that every table is loaded.")
