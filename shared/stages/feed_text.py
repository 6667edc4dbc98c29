"""The article as its feed tells it in full, for when its page can't be had."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Final

from shared.model import Entry, Page
from shared.stages.clean.lines import count_words

_LEAST_WORDS: Final = 150
"""What is shorter may be a teaser: it would stand for the article, and never be replaced."""
_LONGEST: Final = 200_000  # characters
_TAG: Final = re.compile(r"<[/!]?[a-zA-Z-][^<>]*>")


def full_text(entry: Entry) -> str | None:
    """The entry's markup or plain text if it is long enough to be the whole article, at most 200,000 characters of it."""
    longest = max(entry.content or "", entry.summary or "", key=len)[:_LONGEST]
    if len(longest) < _LEAST_WORDS or count_words(unescape(_TAG.sub(" ", longest))) < _LEAST_WORDS:
        return None
    return longest


def page_of(markup: str, *, url: str, title: str | None) -> Page:
    """The text as the plainest page that holds it, so that it goes the way of every page."""
    body = markup if _TAG.search(markup) else _paragraphs(markup)
    head = escape(title or "")
    page = f"<html><head><title>{head}</title></head><body><article><h1>{head}</h1>{body}</article></body></html>"
    return Page(url, url, 200, {"content-type": "text/html; charset=utf-8"}, page.encode(errors="replace"))


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())
