"""`storyfold feeds` and `storyfold submit`: what is read."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from services.commands.context import settings, store
from services.commands.output import ago, answer, as_json, facts, table
from services.commands.silence import why_silent
from services.feed_sources import read_feed_file, write_opml
from services.fetcher.check import CheckedFeed, CheckedPage, FeedCheck
from services.fetcher.reading import PARSE_MEMORY, PARSE_SECONDS
from shared.bootstrap import build, now
from shared.bounded import BoundedProcess
from shared.failures import Failure, Mistake
from shared.fetch import FetchLimits
from shared.stages.entry_to_link import entry_to_link
from shared.store.links import NewLink


@click.group(invoke_without_command=True)
@click.pass_context
def feeds(context: click.Context) -> None:
    """The feeds that are polled: list, check, add, remove, import, export."""
    if context.invoked_subcommand is None:
        context.invoke(list_feeds)


@feeds.command("list")
@as_json
def list_feeds(*, json_wanted: bool = False) -> None:
    """Show every feed: its last success, its next poll, why it is silent, entries a day, and the share of duplicates."""
    moment = now()
    with store() as opened:
        found = opened.feeds.report(moment)
    if json_wanted:
        answer([asdict(feed) | {"silence": why_silent(feed, moment)} for feed in found])
        return
    rows = [
        (
            feed.url,
            feed.title,
            ago(feed.succeeded_at),
            ago(feed.next_poll_at),
            why_silent(feed, moment),
            feed.entries,
            feed.entries_a_day,
            None if feed.duplicates is None else f"{feed.duplicates:.0%}",
        )
        for feed in found
    ]
    columns = ("feed", "title", "last success", "next poll", "why silent", "entries", "a day", "duplicates")
    table("Feeds", columns, rows, wide="feed")


@feeds.command("check")
@click.argument("url")
@as_json
def check_feed(url: str, *, json_wanted: bool) -> None:
    """Fetch one URL now and tell what it is: a feed, or a page and the feeds that it names."""
    if complaint := complaint_about(url):
        raise Mistake(complaint)
    try:
        checked = asyncio.run(_check(url))
    except Failure as failure:
        raise Mistake(f"No feed was found at {url}: {failure.detail or failure.reason}") from failure
    if json_wanted:
        answer(asdict(checked))
    elif isinstance(checked, CheckedFeed):
        _tell_feed(checked)
    else:
        _tell_page(checked)


@feeds.command("add")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@as_json
def add_feeds(urls: tuple[str, ...], *, json_wanted: bool) -> None:
    """Add feeds by URL."""
    _add(urls, json_wanted=json_wanted)


@feeds.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def import_feeds(file: Path, *, json_wanted: bool) -> None:
    """Add the feeds of an OPML file or of a plain list (a URL a line)."""
    _add(read_feed_file(file), json_wanted=json_wanted)


@feeds.command("remove")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@as_json
def remove_feeds(urls: tuple[str, ...], *, json_wanted: bool) -> None:
    """Stop polling feeds; their stories stay."""
    with store() as opened:
        unknown = [url for url in urls if not opened.feeds.remove(url, now())]
    if json_wanted:
        answer({"removed": [url for url in urls if url not in unknown], "unknown": unknown})
    else:
        facts({"removed": len(urls) - len(unknown)})
    if unknown:
        raise Mistake(f"There is no feed {unknown[0]}; `storyfold feeds list` shows all.")


@feeds.command("export")
@click.option("--format", "form", type=click.Choice(["opml", "plain"]), default="opml", show_default=True)
@as_json
def export_feeds(form: str, *, json_wanted: bool) -> None:
    """Write all feeds to standard output, as OPML or as a plain list."""
    with store() as opened:
        found = [(feed.url, feed.title) for feed in opened.feeds.all()]
    if json_wanted:
        answer([{"url": url, "title": title} for url, title in found])
    elif form == "opml":
        click.echo(write_opml(found), nl=False)
    else:
        for url, _title in found:
            click.echo(url)


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@as_json
def submit(urls: tuple[str, ...], *, json_wanted: bool) -> None:
    """Fetch article pages by URL, without a feed."""
    links = []
    for url in urls:
        try:
            address = entry_to_link(url)
        except Failure as failure:
            raise Mistake(f"{url} can't be an article's address: {failure.detail or failure.reason}") from failure
        links.append(NewLink(address.url, address.host))
    with store() as opened:
        due = opened.links.submit(links, now())
    if json_wanted:
        answer({"due": due, "urls": [link.url for link in links]})
    else:
        facts({"due": due})


def complaint_about(url: str) -> str | None:
    """Why no feed can have this address, in one sentence; None where one can."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return f"{url!r} is no feed's address; it must begin with http:// or https://."
    return None


async def _check(url: str) -> CheckedFeed | CheckedPage:
    app = build(settings())
    limits = FetchLimits(total=app.settings.fetch_deadline, max_bytes=app.settings.feed_bytes)
    with BoundedProcess(seconds=PARSE_SECONDS, memory_bytes=PARSE_MEMORY) as parser:
        async with app.fetcher() as fetcher:
            return await FeedCheck(fetcher, parser, limits).check(url)


def _tell_feed(checked: CheckedFeed) -> None:
    told: dict[str, object] = {"format": checked.format, "title": checked.title, "address": checked.url}
    if checked.moved_to:
        told["moved to"] = checked.moved_to
    told |= {"entries": checked.entries, "that name no article": checked.no_articles, "told in full": checked.full_texts}
    told |= {"newest entry": f"{checked.newest:%Y-%m-%d %H:%M} ({ago(checked.newest)})" if checked.newest else None}
    told |= {"asks for a pause of": f"{checked.ttl / 60:.0f} min" if checked.ttl else None, "hub": checked.hub}
    facts(told)
    for name, addresses in (("sitemaps", checked.sitemaps), ("links", checked.links)):
        for address in addresses:
            click.echo(f"{name.removesuffix('s'):<20} {address}")


def _tell_page(checked: CheckedPage) -> None:
    where = "It names" if checked.named else "It names no feed, but this was found:"
    click.echo(f"{checked.url} is a web page. {where}")
    for feed in checked.feeds:
        click.echo(f"  {feed}")
    click.echo("`storyfold feeds add URL` adds one.")


def _add(urls: tuple[str, ...], *, json_wanted: bool) -> None:
    """Add the good ones, then complain about the first bad one."""
    complaints = [complaint for url in urls if (complaint := complaint_about(url))]
    good = [url for url in urls if complaint_about(url) is None]
    with store() as opened:
        added = opened.feeds.add(good, now(), interval=settings().poll_shortest)
    if json_wanted:
        answer({"added": added, "known": len(good) - added})
    else:
        facts({"added": added, "known already": len(good) - added})
    if complaints:
        raise Mistake(complaints[0])
