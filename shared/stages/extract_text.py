"""A parsed page → its text before any cleaning: fast first, thorough where that looks short, then a second opinion."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from lxml import html
from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document, Extractor

from shared.stages.clean.lines import Line, prose_words, split_lines
from shared.stages.second_opinion import MUCH_MORE, key_points, looks_short, second_opinion, whole_page

# trafilatura logs each page without text as a warning; here that is a rejection with its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_MENU_LINES = 40
_DEEPER = 1.2
_UNREAD = ("script", "style", "svg", "template", "link", "meta", "iframe", "canvas", "map", "object", "embed", "nav", "footer")
"""Elements that no extractor reads; they are most of a page's bytes, and trafilatura copies the tree several times."""


def parse_page(markup: str) -> HtmlElement | None:
    """The page's tree, or None where there is no markup; parsed once for all who read the page."""
    tree = load_html(markup)
    return tree if tree is not None and tree.find(".//body") is not None else _parse_deep(markup)


def _parse_deep(markup: str) -> HtmlElement | None:
    """Elements nested 256 deep and more need another parser setting, which costs time on every page."""
    try:
        return html.fromstring(
            markup.encode("utf-8"), parser=html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
        )
    except (LxmlError, ValueError):
        return None


def strip_unread(tree: HtmlElement) -> None:
    """Drop what no extractor reads: 3 of 10 ms on the mean page, with the same text on 260 of 261. JSON-LD stays."""
    for element in list(tree.iter(*_UNREAD)):
        if element.getparent() is not None and element.get("type") != "application/ld+json":
            element.drop_tree()


def extract_text(tree: HtmlElement, markup: str, url: str) -> str | None:
    """The text of the page's article, a line a paragraph and no blank ones, or None where there is none."""
    page = whole_page(markup)
    text = _best_text(tree, markup, url, page)
    if not text:
        return None
    return "\n".join([*key_points(text, page), *(line.strip() for line in text.split("\n") if line.strip())])


def _best_text(tree: HtmlElement, markup: str, url: str, page: Sequence[Line]) -> str | None:
    fast = _trafilatura(tree, url, fast=True)
    if fast is not None and not looks_short(fast, page) and not _looks_like_menu(fast):
        return fast
    text = _better(fast, _trafilatura(tree, url, fast=False))
    if text is None or looks_short(text, page):
        text = _better(text, _from_deep(tree, markup, url))
    if text is None or not looks_short(text, page, MUCH_MORE):
        return text
    return second_opinion(text, markup) or text


def _looks_like_menu(text: str) -> bool:
    """Whether most of a text is short lines, as when a page's navigation was taken with its article."""
    lines = split_lines(text)
    return len(lines) >= _MENU_LINES and prose_words(lines) < sum(line.words for line in lines) / 3


def _better(fast: str | None, thorough: str | None) -> str | None:
    """The longer of two texts, unless that is a menu."""
    texts = [text for text in (fast, thorough) if text]
    return max(texts, key=lambda text: (not _looks_like_menu(text), len(text)), default=None)


def _from_deep(tree: HtmlElement, markup: str, url: str) -> str | None:
    """The text of a page whose parser gave up at its 256th level, and only of such a page."""
    deep = _parse_deep(markup)
    if deep is None:
        return None
    strip_unread(deep)
    if len(deep.text_content()) < _DEEPER * len(tree.text_content()):
        return None
    return _trafilatura(deep, url, fast=False)


def _trafilatura(tree: HtmlElement, url: str, *, fast: bool) -> str | None:
    document = bare_extraction(tree, options=_options(url, fast=fast))
    return document.text if isinstance(document, Document) and document.text else None


def _options(url: str, *, fast: bool) -> Extractor:
    # Dates are read elsewhere; given here only because the library's own default would be worked out anew for each page.
    return Extractor(url=url, fast=fast, output_format="python", comments=False, date_params={"max_date": ""})
