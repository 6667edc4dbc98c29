"""robots.txt, read as RFC 9309 tells."""

from __future__ import annotations

import pytest

from shared.stages.robots import crawl_delay, is_allowed, product_token

AGENT = "Storyfold/0.1 (+https://paper.example/bot)"
URL = "https://paper.example/news/a?b=1"


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /news/", False),
        ("User-agent: *\nDisallow: /sport/", True),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/a", True),
        ("User-agent: *\nDisallow: /*?b=", False),
        ("User-agent: *\nDisallow: /*.pdf$", True),
        ("User-agent: Storyfold\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: storyfold\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: OtherBot\nDisallow: /", True),
        ("user-agent: *\ndisallow: /  # all of it", False),
        ("\ufeffUser-agent: *\nDisallow: /", False),
        ("User-agent: *\r\nDisallow: /\r\n", False),
        ("Disallow: /", True),
        ("<html><body>Not found</body></html>", True),
        ("User-agent: *\nDisallow: /\x00", False),
    ],
)
def test_the_rules_for_this_reader_decide(rules: str, allowed: bool) -> None:
    assert is_allowed(rules.encode(), 200, AGENT, URL) is allowed


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_file_that_is_not_there_allows_everything(status: int) -> None:
    assert is_allowed(b"User-agent: *\nDisallow: /", status, AGENT, URL)


@pytest.mark.parametrize("status", [500, 502, 503, 429, None])
def test_a_server_that_fails_allows_nothing_for_now(status: int | None) -> None:
    assert not is_allowed(None, status, AGENT, URL)


def test_what_stands_behind_the_first_500_kb_is_not_read() -> None:
    padding = b"# " + b"x" * 600_000 + b"\n"
    assert is_allowed(padding + b"User-agent: *\nDisallow: /\n", 200, AGENT, URL)


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert is_allowed(bytes(range(256)) * 20, 200, AGENT, URL)


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 5", 5.0),
        ("User-agent: *\nCrawl-delay: 0.5", 0.5),
        ("User-agent: Storyfold\nCrawl-delay: 7\n\nUser-agent: *\nCrawl-delay: 2", 7.0),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: -3", None),
        ("User-agent: *\nDisallow: /a", None),
    ],
)
def test_a_crawl_delay_is_told(rules: str, delay: float | None) -> None:
    assert crawl_delay(rules.encode(), 200, AGENT) == delay


def test_the_product_token_is_what_sites_name() -> None:
    assert product_token(AGENT) == "Storyfold"
