"""article → story: folds each article of a batch in a transaction of its own."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Sequence

from shared import log
from shared.bootstrap import App, now, opened
from shared.failures import Transient
from shared.model import Link, LinkState, Outcome
from shared.patience import until_reachable
from shared.queue import claims_from
from shared.stages.article_to_story import Decision, Incoming, article_to_story
from shared.stages.fingerprint import Fingerprint, fingerprint
from shared.stages.link_retry import RetryAt, after_failure
from shared.stages.reach import Window
from shared.stages.revision import tells_something_else
from shared.store.folding import Folded, Folding
from shared.store.links import Claim
from shared.store.store import StoreUnreachable


def run(argument: Sequence[Sequence[int]]) -> None:
    """The job function: everything it needs stands in the environment, so a forked work-horse opens its own connections."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a batch takes a second at most: it is finished
    with opened(os.environ) as app:
        claims = claims_from(argument)
        until_reachable("database", lambda: fold_batch(app, claims), StoreUnreachable)


def fold_batch(app: App, claims: Sequence[Claim]) -> None:
    """Fold the claimed links' articles, those that are still ours, one by one."""
    for link in _take(app, claims):
        with log.unit_of_work(url=link.url, host=link.host, link=link.id):
            try:
                _fold(app, link)
            except StoreUnreachable:
                raise
            except Exception as error:  # noqa: BLE001 - one article must not take the others of its batch along
                log.logger().exception("fold", outcome="crashed")
                _try_again(app, link, f"{type(error).__name__} in our own code")


def _take(app: App, claims: Sequence[Claim]) -> list[Link]:
    return app.store.links.take(claims, LinkState.EXTRACTED, now(), lease=app.settings.lease)


def _try_again(app: App, link: Link, detail: str) -> None:
    """From the download on, later; a link whose fold fails each time ends as `dead:crash`."""
    failure, claim, links = Transient("crash", detail), Claim(link.id, link.release), app.store.links
    jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
    decided = after_failure(failure, link.attempts + 1, now=now(), max_attempts=app.settings.attempts, jitter=jitter)
    if isinstance(decided, RetryAt):
        links.retry(claim, decided.at, failure.reason, now(), step="fold", detail=detail)
    else:
        links.finish(claim, decided.outcome, now(), step="fold", detail=detail)


def _fold(app: App, link: Link) -> None:
    watch = log.Stopwatch()
    with app.store.stories.folding(Claim(link.id, link.release), now()) as folding:
        if folding is None:
            log.logger().info("fold", outcome="stale")
            return
        folded = decide(folding, app.settings.window)
        article = folding.article.id
    log.logger().info(
        "fold",
        outcome=folded.outcome,
        story=folded.story,
        article=article,
        members=folded.members,
        **_evidence(folded),
        ms_total=watch.ms(),
    )


def _evidence(folded: Folded) -> dict[str, object]:
    """How near the nearest was: of a new story, only where something was near at all."""
    if folded.facts_agree is None:
        return {}
    name = "nearest" if folded.outcome == Outcome.NEW_STORY else "score"
    return {
        name: round(folded.score, 2),
        "facts": round(folded.facts_agree, 2),
        "because": folded.because,
        "runner_up": folded.runner_up,
    }


def decide(folding: Folding, window: Window) -> Folded:
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


def _placed(folding: Folding, signature: Fingerprint, window: Window) -> Decision:
    article, facts = folding.article, folding.known_facts(signature, window)
    incoming = Incoming(article=article.id, host=article.host, fingerprint=signature)
    return article_to_story(incoming, facts.candidates, facts.stories, facts.payloads, facts.hosts, facts.people)


def warm_up() -> None:
    """Load what folding needs once, in the parent: a forked work-horse would load it anew for each batch."""
    fingerprint("A text that is read once, before any work, so that every table is loaded.")
