"""Ask the bundled newsroom over HTTP as a browser would, whatever the machine's resolver makes of `*.localhost`."""

from __future__ import annotations

import http.client
import io
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import feedparser

from examples.newsroom.content import FOLDER
from examples.newsroom.server import Newsroom


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(newsroom: Newsroom, url: str, method: str = "GET", **headers: str) -> Reply:
    """One request to the newsroom's own port on loopback, under the host name of the URL."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", newsroom.port, timeout=10)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers={"Host": parts.netloc, **told})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def read_feed(newsroom: Newsroom, url: str) -> Any:
    """A feed as feedparser understands it, content type included."""
    reply = ask(newsroom, url)
    return feedparser.parse(io.BytesIO(reply.body), response_headers={"content-type": reply.headers["content-type"]})


def feed_links(newsroom: Newsroom) -> dict[str, str]:
    """Every link of every feed, less tracking parameters: `outlet/slug` to URL."""
    entries = [entry for url in newsroom.feed_urls() for entry in read_feed(newsroom, url).entries]
    urls = {entry.link.partition("?")[0] for entry in entries}
    return {key_of(url): url for url in urls}


def key_of(url: str) -> str:
    """`outlet/slug`, the name that expected.json uses for a URL."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').partition('.')[0]}/{parts.path.rpartition('/')[2]}"


def expected() -> dict[str, Any]:
    """What Storyfold should make of the newsroom."""
    told: dict[str, Any] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    return told
