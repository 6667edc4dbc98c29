from __future__ import annotations

import http.client
import ipaddress
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.newsroom.content import load_outlets
from examples.newsroom.server import Newsroom, main
from tests.support.newsroom import ask, expected, feed_links

PROJECT = Path(__file__).parents[2]
OUTLETS = sorted(load_outlets())


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


@pytest.fixture(scope="module")
def first_edition() -> Iterator[Newsroom]:
    with Newsroom() as running:
        yield running


def test_an_unknown_host_gets_the_list_of_outlets(first_edition: Newsroom) -> None:
    index = ask(first_edition, f"http://127.0.0.1:{first_edition.port}/")
    assert index.status == 200
    assert all(url in index.body.decode() for url in first_edition.feed_urls())
    assert "/feeds.txt" in index.body.decode()


def test_the_plain_list_names_every_feed(first_edition: Newsroom) -> None:
    plain = ask(first_edition, f"http://127.0.0.1:{first_edition.port}/feeds.txt")
    assert plain.body.decode().splitlines() == first_edition.feed_urls()


def test_each_host_has_a_front_page_and_lets_robots_in(first_edition: Newsroom) -> None:
    for label in OUTLETS:
        host = f"http://{label}.localhost:{first_edition.port}"
        assert load_outlets()[label].name in ask(first_edition, f"{host}/").body.decode()
        assert ask(first_edition, f"{host}/robots.txt").body == b"User-agent: *\nAllow: /\n"
        assert ask(first_edition, f"{host}/nothing-here").status == 404


def test_another_domain_serves_the_same_articles() -> None:
    with Newsroom(domain="newsroom") as newsroom:
        assert all(f".newsroom:{newsroom.port}/" in url for url in newsroom.feed_urls())
        assert len(feed_links(newsroom)) == expected()["links"]


def test_it_remembers_what_was_asked_for(newsroom: Newsroom) -> None:
    ask(newsroom, f"http://moorbote.localhost:{newsroom.port}/rss.xml")
    assert newsroom.requests == [("moorbote.localhost", "/rss.xml")]


def test_a_head_request_gets_the_headers_alone(first_edition: Newsroom) -> None:
    reply = ask(first_edition, feed_links(first_edition)["moorbote/moorbahn-faehrt-wieder"], "HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) > 1000


def test_it_listens_on_loopback_unless_told_otherwise(first_edition: Newsroom) -> None:
    assert ipaddress.ip_address(first_edition.address).is_loopback


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_command_says_where_it_serves_and_ends_well_when_asked_to(sign: signal.Signals) -> None:
    command = [sys.executable, "-m", "examples.newsroom.server", "--port", "0"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(sign)
        rest, _ = process.communicate(timeout=10)
    assert re.fullmatch(r"The newsroom serves 7 feeds, listed at http://127\.0\.0\.1:\d+/feeds\.txt\n", line)
    assert (rest, process.returncode) == ("", 0)


def test_the_command_publishes_corrections_by_itself_after_a_while() -> None:
    command = [sys.executable, "-m", "examples.newsroom.server", "--port", "0", "--correct-after", "0.2"]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
        corrected = expected()["edition_2"]["title"].encode()
        try:
            assert corrected not in _courier_feed(port)
            deadline = time.monotonic() + 10
            while corrected not in _courier_feed(port):
                assert time.monotonic() < deadline
        finally:
            process.terminate()


def _courier_feed(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/feed.xml", headers={"Host": f"harbour-courier.localhost:{port}"})
        return connection.getresponse().read()
    finally:
        connection.close()


def test_a_port_that_is_taken_is_one_sentence_and_exit_code_2(
    first_edition: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--port", str(first_edition.port)]) == 2
    told = capsys.readouterr()
    assert told.err == f"The newsroom can't listen on 127.0.0.1:{first_edition.port}: Address already in use.\n"
    assert told.out == ""
