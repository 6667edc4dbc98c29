"""`storyfold feeds` and `storyfold submit`: what is read."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import click

from services.commands.context import settings, store
from services.commands.output import ago, answer, as_json, facts, table
from services.feed_sources import read_feed_file, write_opml
from shared.bootstrap import now
from shared.failures import Failure, Mistake
from shared.stages.entry_to_link import entry_to_link
from shared.store.links import NewLink


@click.group(invoke_without_command=True)
@click.pass_context
def feeds(context: click.Context) -> None:
    """The feeds that are polled: list, add, remove, import, export."""
    if context.invoked_subcommand is None:
        context.invoke(list_feeds)


@feeds.command("list")
@as_json
def list_feeds(*, json_wanted: bool = False) -> None:
    """Show every feed, its last poll and its next."""
    with store() as opened:
        found = opened.feeds.all()
    if json_wanted:
        answer([asdict(feed) for feed in found])
        return
    rows = [
        (feed.url, feed.title, feed.entries, feed.last_outcome or "waiting", ago(feed.polled_at), ago(feed.next_poll_at))
        for feed in found
    ]
    table("Feeds", ("feed", "title", "entries", "last poll", "when", "next"), rows, wide="feed")


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
