"""The whole pipeline as a person runs it: every process, real servers, the bundled newsroom or feeds of one's own."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support.command import children_of, read_until, start, stop, storyfold
from tests.support.newsroom import expected
from tests.support.web import Reply, Site, serving

PARAGRAPHS = (
    "The harbour board of Port Ellary voted on Tuesday to rebuild the northern breakwater before the winter storms.",
    "Chairwoman Ines Calder said the work would cost 14 million crowns and take nine months to finish.",
    "Fishing crews had warned since 2023 that the old wall would not survive another January gale.",
    "The board will choose a builder from five bids by the end of March, and work is to start in April.",
)


def page(*paragraphs: str, title: str = "Breakwater to be rebuilt") -> Reply:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return Reply.html(f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{body}</article></body></html>")


def feed(site: Site, *paths: str) -> Reply:
    items = "".join(
        f"<item><title>Breakwater to be rebuilt</title><link>{site.url(path)}</link><guid>{path}</guid>"
        f"<pubDate>Fri, 20 Nov 2026 0{place}:00:00 GMT</pubDate></item>"
        for place, path in enumerate(paths)
    )
    return Reply.feed(f'<rss version="2.0"><channel><title>Port news</title>{items}</channel></rss>'.encode())


def port_news(site: Site) -> dict[str, str]:
    """A feed of two copies and a page that isn't there; returns the settings that let it be read."""
    site.routes |= {
        "/feed.xml": feed(site, "/news/breakwater", "/news/breakwater-copy", "/news/lost"),
        "/news/breakwater": page(*PARAGRAPHS),
        "/news/breakwater-copy": page(*PARAGRAPHS),
    }
    return {"FEEDS": site.url("/feed.xml"), "STORYFOLD_ALLOW_ADDRESSES": f"127.0.0.1:{site.port}"}


def test_the_demo_finds_the_newsroom_s_stories(tmp_path: Path) -> None:
    done = storyfold(tmp_path, "demo")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert f"{len(expected()['stories'])} stories from {expected()['links']} links, as expected" in done.stdout


def test_feeds_of_one_s_own_become_stories(tmp_path: Path) -> None:
    with serving() as site:
        settings = port_news(site)
        done = storyfold(tmp_path, "run", "--until-idle", **settings)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    told = storyfold(tmp_path, "stories", "--json")
    [story] = json.loads(told.stdout)
    assert (story["members"], story["url"]) == (2, site.url("/news/breakwater"))
    status = json.loads(storyfold(tmp_path, "status", "--json").stdout)
    assert status["links"] == {"new-story": 1, "joined": 1, "dead:not-found": 1}


def test_a_second_run_does_nothing_twice(tmp_path: Path) -> None:
    with serving() as site:
        settings = port_news(site)
        storyfold(tmp_path, "run", "--until-idle", **settings)
        asked = len([each for each in site.asked if each.path.startswith("/news/")])
        storyfold(tmp_path, "run", "--until-idle", STORYFOLD_POLL_SHORTEST="1", **settings)
        assert len([each for each in site.asked if each.path.startswith("/news/")]) == asked == 3


def test_the_pipeline_runs_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    with serving() as site:
        done = storyfold(tmp_path, "run", "--until-idle", DATABASE_URL=postgres_url, **port_news(site))
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    [story] = json.loads(storyfold(tmp_path, "stories", "--json", DATABASE_URL=postgres_url).stdout)
    assert story["members"] == 2


def test_a_submitted_page_becomes_a_story_without_a_feed(tmp_path: Path) -> None:
    with serving() as site:
        settings = port_news(site)
        site.routes["/feed.xml"] = feed(site)
        assert storyfold(tmp_path, "submit", site.url("/news/breakwater?utm_source=mail")).returncode == 0
        storyfold(tmp_path, "run", "--until-idle", **settings)
    [story] = json.loads(storyfold(tmp_path, "stories", "--json").stdout)
    assert story["url"] == site.url("/news/breakwater")


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_a_run_stops_cleanly_and_leaves_no_process(tmp_path: Path, with_signal: signal.Signals) -> None:
    with serving() as site:
        process = start(tmp_path, "run", STORYFOLD_LOG="plain", **port_news(site))
        read_until(process, "joined")
        children = children_of(process)
        stop(process, with_signal)
    assert process.returncode == 0
    assert len(children) >= 6
    assert {child for child in children if Path(f"/proc/{child}").exists()} == set()


def test_a_killed_run_takes_its_processes_along_and_goes_on_where_it_was(tmp_path: Path) -> None:
    with serving() as site:
        settings = port_news(site)
        process = start(tmp_path, "run", STORYFOLD_LOG="plain", **settings)
        read_until(process, "polled")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
        done = storyfold(tmp_path, "run", "--until-idle", STORYFOLD_LEASE="5", STORYFOLD_QUEUE_LEASE="5", **settings)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    status = json.loads(storyfold(tmp_path, "status", "--json").stdout)
    assert status["links"] == {"new-story": 1, "joined": 1, "dead:not-found": 1}


def test_bad_feeds_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    with serving() as site:
        settings = port_news(site)
        site.routes["/home"] = Reply.html("<html><body><h1>No feed here</h1></body></html>")
        settings["FEEDS"] += f" {site.url('/home')} ftp://a.example/feed http://127.0.0.1:1/feed.xml"
        done = storyfold(tmp_path, "run", "--until-idle", STORYFOLD_LOG="plain", **settings)
    assert done.returncode == 0
    assert "'ftp://a.example/feed' is no feed's address; it must begin with http:// or https://." in done.stdout
    assert "failed:not-a-feed" in done.stdout
    assert "failed:private-address" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert len(json.loads(storyfold(tmp_path, "stories", "--json").stdout)) == 1


def test_two_runs_on_one_state_folder_are_refused(tmp_path: Path) -> None:
    with serving() as site:
        process = start(tmp_path, "run", STORYFOLD_LOG="plain", **port_news(site))
        read_until(process, "polled")
        second = storyfold(tmp_path, "run", **port_news(site))
        stop(process)
    assert second.returncode == 2
    assert "runs on" in second.stderr
