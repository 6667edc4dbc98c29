"""`storyfold run`, `demo` and `serve`: the processes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click

from services.commands.context import settings
from services.commands.feeds import complaint_about
from services.demo import demo as run_demo
from services.feed_sources import FeedSource, feeds_told
from services.live import Screen
from services.local import running, watch_until_idle
from services.newsroom import BundledNewsroom, forget_newsroom, serving_newsroom
from services.waiting import wait_for_store
from shared import log
from shared.bootstrap import App, build, now

_SERVICES = ("fetcher", "extract", "dedup", "api")


@click.command()
@click.option("--feeds", "file", metavar="FILE", help="An OPML file or a plain list of feeds.")
@click.option("--feed", "urls", multiple=True, metavar="URL", help="A feed; may be given more than once.")
@click.option("--until-idle", is_flag=True, help="Stop when no feed is due and every link has its outcome.")
@click.option("--json", "json_wanted", is_flag=True, help="Log in JSON, an object a line.")
def run(file: str | None, urls: tuple[str, ...], *, until_idle: bool, json_wanted: bool) -> None:
    """Run everything on this machine: queue, fetcher, workers and API.

    Feeds come from --feed and --feeds, else from FEEDS, from feeds.opml or feeds.txt, from what was added before, or
    else from the bundled newsroom.
    """
    asked = replace(settings(), log="json") if json_wanted else settings()
    source = feeds_told(asked, urls, file, Path.cwd())
    with Screen(asked) as screen:
        chosen = screen.settings
        log.configure(chosen, "run")
        with (
            running(chosen, screen.tell) as (local, app),
            serving_newsroom(chosen, wanted=source is None and not _has_own_feeds(app)) as newsroom,
        ):
            _add_feeds(app, source, newsroom)
            local.start_services(newsroom.environment() if newsroom else {})
            screen.follow(app)
            if until_idle:
                watch_until_idle(local, app)
            else:
                local.watch(lambda: False)
            log.logger().info("run", outcome="stopping", message="finishing what is under way")


@click.command()
@click.option("--json", "json_wanted", is_flag=True, help="Print the stories in JSON instead of a table.")
def demo(*, json_wanted: bool) -> None:
    """Run over the bundled newsroom until nothing is left to do, and check what came out."""
    run_demo(settings(), json_wanted=json_wanted)


@click.command()
@click.argument("name", type=click.Choice(_SERVICES), metavar="|".join(_SERVICES))
def serve(name: str) -> None:
    """Run one of the processes by itself, as the containers do."""
    chosen = settings()
    log.configure(chosen, name)
    app = build(chosen)
    wait_for_store(app)
    if name == "fetcher":
        _serve_fetcher(app)
    elif name == "api":
        from services.api.server import serve_api  # noqa: PLC0415 - each process loads only what it runs

        serve_api(app)
    else:
        from services.worker import serve_worker  # noqa: PLC0415

        serve_worker(app, name)


def _serve_fetcher(app: App) -> None:
    from services.fetcher.loop import fetch_forever  # noqa: PLC0415

    source = feeds_told(app.settings, (), None, Path.cwd())
    if source is not None:
        app.store.feeds.add(_usable(source), now(), interval=app.settings.poll_shortest)
    asyncio.run(fetch_forever(app))


def _add_feeds(app: App, source: FeedSource | None, newsroom: BundledNewsroom | None) -> None:
    """Add the run's feeds and say where they came from."""
    if newsroom is not None:
        source = FeedSource("the bundled newsroom", newsroom.feed_urls)
    usable = _usable(source) if source else []
    added = app.store.feeds.add(usable, now(), interval=app.settings.poll_shortest)
    name = source.name if source else "what was added before"
    log.logger().info("feeds", outcome="ready", source=name, feeds=len(app.store.feeds.all()), added=added)


def _usable(source: FeedSource) -> list[str]:
    """The source's feeds, each bad address named in the log and left out."""
    for url in source.urls:
        if complaint := complaint_about(url):
            log.logger().warning("feeds", outcome="refused", source=source.name, message=complaint)
    return [url for url in source.urls if complaint_about(url) is None]


def _has_own_feeds(app: App) -> bool:
    forget_newsroom(app)
    return bool(app.store.feeds.all())
