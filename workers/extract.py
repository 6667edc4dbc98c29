"""link → page → article: downloads a batch of links side by side, extracts each page, hands the articles on to be folded."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared import log
from shared.bootstrap import App, now, opened
from shared.bounded import BoundedProcess
from shared.failures import Failure, Hostile, Permanent, Transient
from shared.fetch.client import tls_context
from shared.model import Article, Link, LinkState, Outcome, Page, Rejection
from shared.patience import until_reachable
from shared.queue import DEDUP, QueueUnreachable, claims_from
from shared.stages.clean.host_lines import (
    NOTHING_LEARNED,
    HostLines,
    LearnableLine,
    body_sketch,
    host_lines_for,
    lines_to_learn,
    sightings_to_record,
)
from shared.stages.entry_to_link import entry_to_link
from shared.stages.feed_text import page_of
from shared.stages.host_pace import Later
from shared.stages.link_retry import RetryAt, after_failure
from shared.stages.page_to_article import Extracted, ReadPage, Told, host_of, page_to_article, read_page, read_to_article
from shared.stages.poison import body_key, is_poison
from shared.store.links import Claim
from shared.store.store import StoreUnreachable
from workers.polite_fetch import PoliteFetcher

_GRACE = 10.0  # seconds that links under way have once the process is asked to stop; the rest is handed back
_QUEUE_AWAY = 10.0  # seconds; a server that was killed is back before, and with `_GRACE` a stop ends in good time


def run(argument: Sequence[Sequence[int]]) -> None:
    """The job function: everything it needs stands in the environment, so a forked work-horse opens its own connections."""
    claims = claims_from(argument)
    with opened(os.environ) as app:
        try:
            asyncio.run(extract_batch(app, claims))
        except StoreUnreachable:  # no fault of the links: hand them back as soon as somebody can write that down
            until_reachable("database", lambda: app.store.links.give_back(claims, now()), StoreUnreachable)


async def extract_batch(app: App, claims: Sequence[Claim]) -> None:
    """Work through the claimed links that are still ours; each ends in a stored article, an outcome or a retry."""
    links = until_reachable("database", lambda: _take(app, claims), StoreUnreachable)
    memory = app.settings.extract_memory * 1_000_000
    with BoundedProcess(seconds=app.settings.extract_seconds, memory_bytes=memory) as parser:
        async with app.fetcher() as fetcher:
            worker = _Worker(app, PoliteFetcher(app, fetcher), parser)
            following = await _all_in_time(app, links, worker)
    _enqueue_folding(app, following)


async def _all_in_time(app: App, links: Sequence[Link], worker: _Worker) -> list[Claim]:
    """Every link side by side; asked to stop, hand back what isn't done after a while, without charging an attempt."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asked = asyncio.create_task(stop.wait())
    tasks = [asyncio.create_task(worker.extract(link)) for link in links]
    while (unfinished := [task for task in tasks if not task.done()]) and not stop.is_set():
        await asyncio.wait([asked, *unfinished], return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if unfinished:
        await asyncio.wait(unfinished, timeout=_GRACE)
        await _hand_back(app, links, [task for task in unfinished if not task.done()])
    return [claim for task in tasks if not task.cancelled() and (claim := task.result()) is not None]


async def _hand_back(app: App, links: Sequence[Link], late: Sequence[asyncio.Task[Claim | None]]) -> None:
    if not late:
        return
    for task in late:
        task.cancel()
    await asyncio.wait(late)
    app.store.links.give_back([Claim(link.id, link.release) for link in links], now())
    log.logger().info("job", outcome="handed-back", links=len(late))


def _take(app: App, claims: Sequence[Claim]) -> list[Link]:
    return app.store.links.take(claims, LinkState.RELEASED, now(), lease=app.settings.lease)


@dataclass(frozen=True, slots=True)
class _Worker:
    app: App
    fetcher: PoliteFetcher
    parser: BoundedProcess

    async def extract(self, link: Link) -> Claim | None:
        """One link, one log line; returns the claim for folding."""
        claim, watch = Claim(link.id, link.release), log.Stopwatch()
        facts: dict[str, object] = {}
        with log.unit_of_work(url=link.url, host=link.host, link=link.id):
            try:
                outcome, following = await self._extract(link, claim, facts)
            except Failure as failure:
                facts["detail"] = failure.detail
                outcome, following = await self._fail(link, claim, failure, facts)
            except StoreUnreachable:
                raise
            except Exception as error:  # noqa: BLE001 - one page must not take the others of its batch along
                log.logger().exception("extract", outcome="crashed")
                crash = Transient("crash", f"{type(error).__name__} in our own code")
                outcome, following = await self._fail(link, claim, crash, facts)
            log.logger().info("extract", outcome=outcome, **facts, ms_total=watch.ms())
        return following

    async def _extract(self, link: Link, claim: Claim, facts: dict[str, object]) -> tuple[str, Claim | None]:
        page = await self.fetcher.get(link, facts)
        if isinstance(page, Later):
            self.app.store.hosts.postpone(claim, page, now())
            return f"later:{page.reason}", None
        self._keep(claim)
        read = await self.parser.run(_read, (page, _told(link, page), now()))
        if isinstance(read, Rejection):
            return await self._reject(link, claim, read, page, facts)
        url, host = read.page.metadata.url, read.page.host
        seen = self.app.store.host_lines.sightings(host, [line.key for line in read.lines])
        result, ms = await self.parser.run(_cut, (read.page, host_lines_for(seen, url, read.sketch)))
        facts["ms_extract"] = round(read.ms + ms, 1)
        if isinstance(result, Rejection):
            return await self._reject(link, claim, result, page, facts)
        self.app.store.host_lines.learn(host, read.lines, sightings_to_record(read.lines, seen, url, read.sketch), now())
        return self._record(claim, result, page, facts)

    async def _reject(
        self, link: Link, claim: Claim, rejection: Rejection, page: Page, facts: dict[str, object]
    ) -> tuple[str, Claim | None]:
        facts["detail"] = rejection.detail
        outcome = Outcome.REJECTED.because(rejection.reason)
        if rejection.reason == "consent-wall" and host_of(page.final_url) != host_of(link.url):
            return self._end(claim, outcome, rejection.detail)  # what stands behind another host's wall, nobody has seen
        return await self._end_or_tell(link, claim, outcome, rejection.detail, facts)

    async def _end_or_tell(
        self, link: Link, claim: Claim, outcome: str, detail: str, facts: dict[str, object]
    ) -> tuple[str, Claim | None]:
        """The page failed for good: the article as the feed told it in full, if it did; else the link's end."""
        told = await self._from_feed(link)
        if told is None:
            return self._end(claim, outcome, detail)
        facts |= {"from": "feed", "page": outcome}
        return self._record(claim, *told, facts)

    async def _from_feed(self, link: Link) -> tuple[Extracted, Page] | None:
        markup = self.app.store.feeds.full_text(link.id)
        if markup is None:
            return None
        page = page_of(markup, url=link.url, title=link.title)
        try:
            read = await self.parser.run(_read, (page, Told(link.title, link.published), now()))
            result = read if isinstance(read, Rejection) else (await self.parser.run(_cut, (read.page, NOTHING_LEARNED)))[0]
        except Failure:
            return None
        return None if isinstance(result, Rejection) else (result, page)

    def _end(self, claim: Claim, outcome: str, detail: str) -> tuple[str, None]:
        self.app.store.links.finish(claim, outcome, now(), step="extract", detail=detail)
        return outcome, None

    def _record(self, claim: Claim, extracted: Extracted, page: Page, facts: dict[str, object]) -> tuple[str, Claim | None]:
        article, settings = extracted.article, self.app.settings
        if self._is_poison(article):
            facts["detail"] = detail = "its host shows the same body under other titles"
            return self._end(claim, Outcome.REJECTED.because("poison-page"), detail)
        kept = page if settings.page_days else None
        stored = self.app.store.articles.record(claim, article, now(), lease=settings.queue_lease, page=kept)
        facts |= {"title": article.title, "words": len(article.text.split()), "removed": len(article.removed)}
        if extracted.notes:
            facts["notes"] = "; ".join(extracted.notes)
        return stored.outcome, stored.claim

    def _is_poison(self, article: Article) -> bool:
        """A wall or a notice that got past the rules: it would fold with everything that its host has."""
        key, title = body_key(article.text), article.title or ""
        return is_poison(article.text, title, self.app.store.bodies.other_titles(article.host, key, article.url, title, now()))

    def _keep(self, claim: Claim) -> None:
        self.app.store.links.take([claim], LinkState.RELEASED, now(), lease=self.app.settings.lease)

    async def _fail(self, link: Link, claim: Claim, failure: Failure, facts: dict[str, object]) -> tuple[str, Claim | None]:
        """Try again later, or end the link: the stage decides, by the kind of failure and the attempts so far."""
        decided = after_failure(
            failure,
            link.attempts + 1,
            now=now(),
            max_attempts=self.app.settings.attempts,
            jitter=random.random(),  # noqa: S311 - spreads retries, guards nothing
        )
        if isinstance(decided, RetryAt):
            self.app.store.links.retry(claim, decided.at, failure.reason, now(), step="extract", detail=failure.detail)
            return f"retry:{failure.reason}", None
        if isinstance(failure, Hostile):
            return self._end(claim, decided.outcome, failure.detail)
        return await self._end_or_tell(link, claim, decided.outcome, failure.detail, facts)


def _told(link: Link, page: Page) -> Told:
    """What the feed told of this link, unless its own host sent us to another article: that one speaks for itself."""
    try:
        answered = entry_to_link(page.final_url)
    except Permanent:
        return Told(link.title, link.published)
    moved_within_host = answered.host == link.host and answered.url != link.url
    return Told() if moved_within_host else Told(link.title, link.published)


_SOME_PROSE = "This page is read once, before any work, so that the models and the rules of every step are loaded by then. "


def warm_up() -> None:
    """Load models, rules and certificates once, in the parent: a forked work-horse would load them anew for each batch."""
    tls_context(http2=False)
    paragraphs = "".join(f"<p>{number}. {_SOME_PROSE * 3}</p>" for number in range(5)).encode()
    body = b"<html><body><article><h1>Warming up</h1>" + paragraphs + b"</article></body></html>"
    page_to_article(Page("http://localhost/warm-up", "http://localhost/warm-up", 200, {}, body), Told(), NOTHING_LEARNED, now())


@dataclass(frozen=True, slots=True)
class _Read:
    """A page as the bounded process read it, with what it shows of its host; `ms` leaves out the wait for its turn."""

    page: ReadPage
    lines: tuple[LearnableLine, ...]
    sketch: int
    ms: float


def _read(argument: tuple[Page, Told, datetime]) -> _Read | Rejection:
    """First task of the bounded process."""
    watch = log.Stopwatch()
    read = read_page(*argument)
    if isinstance(read, Rejection):
        return read
    return _Read(read, lines_to_learn(read.raw_text), body_sketch(read.raw_text), watch.ms())


def _cut(argument: tuple[ReadPage, HostLines]) -> tuple[Extracted | Rejection, float]:
    """Second task of the bounded process, once the host's lines were looked up."""
    watch = log.Stopwatch()
    return read_to_article(*argument), watch.ms()


def _enqueue_folding(app: App, claims: Sequence[Claim]) -> None:
    if not claims:
        return
    try:
        until_reachable("queue", lambda: app.queue.enqueue(DEDUP, claims), QueueUnreachable, at_most=_QUEUE_AWAY)
    except QueueUnreachable as error:
        # Nothing is lost: the links' lease runs out and the fetcher sends them to be folded again.
        log.logger().warning("queue", outcome="unreachable", message=str(error))
