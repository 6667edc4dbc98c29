"""What the reader makes of an answer: encodings undone, sizes held to, kinds of content told apart."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import brotli
import pytest
import zstandard

from shared.failures import Transient
from shared.fetch import Accept, FetchLimits
from shared.fetch.body import Body
from tests.support.reader import failure, get
from tests.support.web import Reply, Site, serving

TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    "deflate ": lambda body: zlib.compress(body)[2:-4],
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
}


@pytest.mark.parametrize("encoding", ENCODERS)
def test_every_encoding_that_is_asked_for_is_undone(encoding: str, site: Site) -> None:
    site.routes["/a"] = Reply(
        ENCODERS[encoding](TEXT.encode()), headers={"Content-Encoding": encoding, "Content-Type": "text/html"}
    )
    assert get(site.url("/a")).body.decode() == TEXT


def test_gzip_in_several_members_and_zstd_in_several_frames_are_whole(site: Site) -> None:
    half = len(TEXT) // 2
    for name, encode in (("gzip", gzip.compress), ("zstd", zstandard.compress)):
        body = encode(TEXT[:half].encode()) + encode(TEXT[half:].encode())
        site.routes["/a"] = Reply(body, headers={"Content-Encoding": name, "Content-Type": "text/html"})
        assert get(site.url("/a")).body.decode() == TEXT


def test_a_body_of_just_the_largest_size_passes_and_one_byte_more_does_not(site: Site) -> None:
    for encoding in ("gzip", "br", "zstd", "identity"):
        for size, passes in ((100_000, True), (100_001, False)):
            site.routes["/a"] = Reply(
                ENCODERS[encoding](b"x" * size), headers={"Content-Encoding": encoding, "Content-Type": "text/html"}
            )
            if passes:
                assert len(get(site.url("/a")).body) == size
            else:
                assert failure(site.url("/a")).reason == "too-large"


def test_a_body_can_be_cut_instead_of_refused(site: Site) -> None:
    site.routes["/a"] = Reply(gzip.compress(b"x" * 50_000), headers={"Content-Encoding": "gzip", "Content-Type": "text/html"})
    assert get(site.url("/a"), limits=FetchLimits(max_bytes=1_000, cut=True)).body == b"x" * 1_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
@pytest.mark.parametrize("size", [1, 65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_a_body_is_whole_however_it_is_cut_up_on_the_way(encoding: str, size: int) -> None:
    """Decoders may hold output back after the last of their input: at multiples of what one call may put out, above all."""
    coded = ENCODERS[encoding](b"x" * size)
    for step in (1, 7, len(coded)):
        body = Body(encoding, max_bytes=size)
        for start in range(0, len(coded), step):
            body.add(coded[start : start + step])
        assert len(body.finish()) == size


def test_a_pause_that_a_server_asks_for_is_handed_on(site: Site) -> None:
    site.routes["/a"] = Reply(status=429, headers={"Retry-After": "120"})
    told = failure(site.url("/a"))
    assert isinstance(told, Transient)
    assert (told.reason, told.retry_after) == ("rate-limited", 120.0)


@pytest.mark.parametrize(
    ("kind", "page", "feed"),
    [
        ("text/html", "ok", "ok"),
        ("TEXT/HTML;charset=x", "ok", "ok"),
        ("application/xhtml+xml", "ok", "ok"),
        ("text/plain", "ok", "ok"),
        ("application/rss+xml", "not-html", "ok"),
        ("application/atom+xml", "not-html", "ok"),
        ("application/json", "not-html", "ok"),
        ("text/calendar", "not-html", "ok"),
        ("application/octet-stream", "not-text", "ok"),
        ("application/gzip", "not-text", "ok"),
        ("image/jpeg", "not-text", "not-text"),
        ("audio/mpeg", "not-text", "not-text"),
        ("application/pdf", "not-text", "not-text"),
    ],
)
def test_what_can_be_used_depends_on_what_is_asked_for(kind: str, page: str, feed: str, site: Site) -> None:
    site.routes["/a"] = Reply(TEXT.encode(), headers={"Content-Type": kind})
    for accept, ends in ((Accept.PAGE, page), (Accept.FEED, feed), (Accept.ANY, "ok")):
        if ends == "ok":
            assert get(site.url("/a"), accept=accept).status == 200
        else:
            assert failure(site.url("/a"), accept=accept).reason == ends


@pytest.mark.parametrize(
    "url", ["ftp://paper.example/", "paper.example/a", "http://", "http://user@paper.example/", "http://[::1", ""]
)
def test_what_is_no_web_address_is_refused_before_anything_is_asked(url: str) -> None:
    assert failure(url).reason == "bad-url"
