"""`storyfold demo`: the whole pipeline over the bundled newsroom, twice (the second time after a correction), and checked."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from services.commands.output import answer, table
from services.live import Screen
from services.local import running, watch_until_idle
from services.newsroom import serving_newsroom
from shared import log
from shared.bootstrap import App, now
from shared.config import Settings
from shared.failures import Mistake

_EXPECTED = Path(__file__).parent.parent / "examples" / "newsroom" / "expected.json"


def demo(settings: Settings, *, json_wanted: bool) -> None:
    """Run, print the stories, and compare them with what the newsroom knows to be right. Raises `Mistake` where they differ."""
    start = time.monotonic()
    chosen = _fresh(settings)
    with Screen(chosen) as screen:
        log.configure(screen.settings, "demo")
        with (
            running(replace(screen.settings, newsroom_port=0), screen.tell if not json_wanted else _to_stderr) as (local, app),
            serving_newsroom(screen.settings, wanted=True) as newsroom,
        ):
            assert newsroom is not None
            app.store.feeds.add(newsroom.feed_urls, now(), interval=chosen.poll_shortest)
            local.start_services(newsroom.environment())
            screen.follow(app)
            watch_until_idle(local, app)
            newsroom.publish_corrections()
            log.logger().info("newsroom", outcome="corrected", message="an outlet corrects an article: its feed is polled again")
            app.store.feeds.poll_now(now())
            watch_until_idle(local, app)
            local.stop()
            told = _told(app)
    _print(told, json_wanted=json_wanted)
    _check(told, json.loads(_EXPECTED.read_text()))
    if not json_wanted:
        stories, links = len(told["stories"]), sum(told["links"].values())
        click.echo(f"{stories} stories from {links} links, as expected, in {time.monotonic() - start:.0f} s.")


def _fresh(settings: Settings) -> Settings:
    """A state folder of its own, emptied: a demo never touches what `storyfold run` has collected."""
    folder = settings.state_dir / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    return replace(settings, state_dir=folder, database_url="", redis_url="")


def _told(app: App) -> dict[str, Any]:
    """What came out, with outlets and slugs in the place of URLs, as expected.json has them."""
    outcomes = app.store.links.outcomes()
    lines: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    stories = []
    for line in app.store.stories.newest(limit=1000):
        told = app.store.stories.get(line.id)
        assert told is not None
        members = (told.canonical, *told.members)
        for each in members:
            lines[_key(each.article.url)] = [removed.text for removed in each.article.removed]
            texts[_key(each.article.url)] = each.article.text
        stories.append(
            {
                "story": told.id,
                "title": told.canonical.article.title,
                "canonical": _key(told.canonical.article.url),
                "members": [_key(each.article.url) for each in members],
            }
        )
    return {
        "stories": sorted(stories, key=lambda story: -len(story["members"])),
        "links": app.store.links.counts(),
        "outcomes": {_key(url): outcome for url, outcome in outcomes},
        "texts": texts,
        "removed": lines,
    }


def differences(told: Mapping[str, Any], expected: Mapping[str, Any]) -> list[str]:
    """What is not as the newsroom knows it to be, a sentence each."""
    found = []
    stories = {frozenset(story["members"]): story["canonical"] for story in told["stories"]}
    wanted = {frozenset(story["members"]): story["canonical"] for story in expected["stories"]}
    found += [f"missing story {sorted(members)}" for members in wanted.keys() - stories.keys()]
    found += [f"unexpected story {sorted(members)}" for members in stories.keys() - wanted.keys()]
    for members in wanted.keys() & stories.keys():
        if wanted[members] != stories[members]:
            found.append(f"canonical {stories[members]} instead of {wanted[members]}")
    outcomes = told["outcomes"]
    ends = {key: f"rejected:{reason}" for key, reason in expected["rejected"].items()}
    ends |= {key: f"dead:{reason}" for key, reason in expected["dead"].items()}
    ends |= dict.fromkeys(expected["revisions"], "revision")
    found += [f"{key} ended as {outcomes.get(key)} instead of {end}" for key, end in ends.items() if outcomes.get(key) != end]
    if len(outcomes) != expected["links"]:
        found.append(f"{len(outcomes)} links instead of {expected['links']}")
    for key, furniture in expected["removed"].items():
        found += [f"{key} still says {line!r}" for line in furniture if line in told["texts"].get(key, line).split("\n")]
    for key, sentences in expected["kept"].items():
        found += [f"{key} lost {sentence!r}" for sentence in sentences if sentence not in told["texts"].get(key, "")]
    return found


def _print(told: Mapping[str, Any], *, json_wanted: bool) -> None:
    if json_wanted:
        answer({"stories": told["stories"], "links": told["links"]})
        return
    rows = [
        (story["story"] if place == 0 else "", story["title"] if place == 0 else "", member)
        for story in told["stories"]
        for place, member in enumerate(story["members"])
    ]
    table("Stories and their members, the canonical first", ("story", "title", "member"), rows, wide="title")
    table("How the links ended", ("outcome", "links"), list(told["links"].items()))


def _check(told: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    found = differences(told, expected)
    for each in found:
        click.echo(each, err=True)
    if found:
        raise Mistake(f"The demo's stories are not as expected; the {len(found)} lines above tell where they differ.")


def _key(url: str) -> str:
    parts = urlsplit(url)
    return f"{(parts.hostname or '').partition('.')[0]}/{parts.path.rstrip('/').rpartition('/')[2].removesuffix('.html')}"


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
