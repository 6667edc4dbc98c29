"""`storyfold stories`, `show` and `status`: what came out."""

from __future__ import annotations

from dataclasses import asdict
from itertools import pairwise
from typing import Any

import click

from services.commands.context import settings, store
from services.commands.output import answer, as_json, facts, table
from services.fetcher.pressure import why_held_back
from shared.bootstrap import queue_url
from shared.failures import Mistake
from shared.queue import DEDUP, EXTRACT, JobQueue, QueueUnreachable
from shared.stages.word_diff import word_diff
from shared.store.store import Store
from shared.store.stories import StoryMember, StoryTold


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many, the last changed first.")
@as_json
def stories(limit: int, *, json_wanted: bool) -> None:
    """List stories, the last changed first."""
    with store() as opened:
        found = opened.stories.newest(limit=limit)
    if json_wanted:
        answer([asdict(story) for story in found])
        return
    rows = [(story.id, story.members, story.published, story.title, story.url) for story in found]
    table("Stories", ("story", "members", "published", "title", "canonical"), rows, wide="title")


@click.command()
@click.argument("story", type=int)
@click.option(
    "--removed", is_flag=True, help="Also show the lines that cleaning cut from each member, with the rule that did it."
)
@click.option("--revisions", is_flag=True, help="Also show what changed, word by word, in members whose page was changed.")
@as_json
def show(story: int, *, removed: bool, revisions: bool, json_wanted: bool) -> None:
    """Show a story: its canonical text, its members and the stories on the same event."""
    with store() as opened:
        told = opened.stories.get(story)
        changed = _revisions(opened, told) if revisions and told is not None else {}
    if told is None:
        raise Mistake(f"There is no story {story}; `storyfold stories` lists them.")
    if json_wanted:
        answer(_as_record(told, removed=removed) | ({"revisions": changed} if revisions else {}))
        return
    _tell(told, removed=removed)
    for url, changes in changed.items():
        rows = [(each["revision"], each["before"], each["gone"], each["come"], each["after"]) for each in changes]
        table(f"Changes of {url}", ("revision", "after …", "gone", "come", "… before"), rows, wide="come")


@click.command()
@click.option(
    "--check", is_flag=True, help="Print nothing; end with exit code 1 where the database or the queue can't be reached."
)
@as_json
def status(*, check: bool, json_wanted: bool) -> int:
    """Tell how many feeds, links and stories there are, what waits, and whether the queue answers."""
    with store() as opened:
        counts = _counts(opened)
    waiting = _waiting()
    if check:
        return 1 if waiting is None else 0
    counts["queue"] = (
        "not running" if waiting is None else f"{waiting[EXTRACT]} extract jobs and {waiting[DEDUP]} dedup jobs wait"
    )
    links_now: Any = counts["links"]
    jobs = 0 if waiting is None else waiting[EXTRACT]
    held_back = why_held_back(settings(), jobs=jobs, to_fold=links_now.get("extracted", 0))
    if held_back is not None:
        counts["held back"] = held_back
    if json_wanted:
        answer(counts)
        return 0
    links: Any = counts.pop("links")
    facts(counts | {"links": sum(links.values())} | {f"  {name}": number for name, number in links.items()})
    return 0


def _revisions(opened: Store, told: StoryTold) -> dict[str, list[dict[str, Any]]]:
    """Each changed member's changes, numbered by the revision that brought them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for each in (told.canonical, *told.members):
        texts = [old.text for old in opened.articles.old_revisions(each.article.id)] + [each.article.text]
        for number, (old, new) in enumerate(pairwise(texts), 2):
            found.setdefault(each.article.url, []).extend({"revision": number} | asdict(change) for change in word_diff(old, new))
    return found


def _counts(opened: Store) -> dict[str, object]:
    found = opened.feeds.all()
    return {
        "feeds": len(found),
        "feeds failing": sum(feed.failures > 0 for feed in found),
        "stories": opened.stories.count(),
        "raw pages": _kept(opened),
        "links": opened.links.counts(),
    }


def _kept(opened: Store) -> str:
    kept = opened.pages.kept()
    return f"{kept.pages}, kept since {kept.since:%Y-%m-%d %H:%M}" if kept.since else "none"


def _waiting() -> dict[str, int] | None:
    queue = JobQueue(queue_url(settings()))
    try:
        return {name: queue.waiting(name) for name in (EXTRACT, DEDUP)}
    except QueueUnreachable:
        return None
    finally:
        queue.close()


def _tell(told: StoryTold, *, removed: bool) -> None:
    members = (told.canonical, *told.members)
    first = told.canonical.article
    click.secho(first.title or "(no title)", bold=True)
    facts(
        {"story": told.id, "canonical": first.url, "by": first.byline, "published": first.published, "language": first.language}
    )
    click.echo(f"\n{first.text}\n")
    rows = [
        (each.article.id, each.role, each.article.published, each.article.words, each.article.revision, each.article.url)
        for each in members
    ]
    table(f"Members of story {told.id}", ("article", "role", "published", "words", "revision", "url"), rows, wide="url")
    if told.related:
        table("Related, told independently", ("story", "score"), [(story, round(score, 2)) for story, score in told.related])
    for each in members if removed else ():
        lines = [(line.place, line.rule, line.text) for line in each.article.removed]
        table(f"Cut from {each.article.url}", ("line", "rule", "text"), lines, wide="text")


def _as_record(told: StoryTold, *, removed: bool) -> dict[str, Any]:
    return {
        "story": told.id,
        "canonical": _member_record(told.canonical, removed=removed),
        "members": [_member_record(each, removed=removed) for each in (told.canonical, *told.members)],
        "related": [{"story": story, "score": score} for story, score in told.related],
    }


def _member_record(member: StoryMember, *, removed: bool) -> dict[str, Any]:
    record = asdict(member.article) | {"role": member.role, "joined": member.joined}
    if not removed:
        del record["removed"]
    return record
