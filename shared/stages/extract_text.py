"""A parsed page → its text before any cleaning: fast first, thorough where that looks short, then a second opinion."""

from __future__ import annotations

import logging

from lxml import html
from lxml.etree import LxmlError
from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.settings import Document, Extractor

from shared.stages.second_opinion import looks_short, second_opinion

# trafilatura logs each page without text as a warning; here that is a rejection with its reason.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def parse_page(markup: str) -> HtmlElement | None:
    """The page's tree, or None where there is no markup. Its nodes are shared by all who read the page; nobody changes it."""
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


def extract_text(tree: HtmlElement, markup: str, url: str) -> str | None:
    """The text of the page's article, a line a paragraph, or None where there is none."""
    fast = _trafilatura(tree, url, fast=True)
    if fast is not None and not looks_short(fast, markup):
        return fast
    thorough = _trafilatura(tree, url, fast=False)
    text = max((text for text in (fast, thorough) if text), key=len, default=None)
    if text is None:
        deep = _parse_deep(markup)
        text = None if deep is None else _trafilatura(deep, url, fast=False)
    if text is None or not looks_short(text, markup):
        return text
    return second_opinion(text, markup) or text


def _trafilatura(tree: HtmlElement, url: str, *, fast: bool) -> str | None:
    document = bare_extraction(tree, options=_options(url, fast=fast))
    return document.text if isinstance(document, Document) and document.text else None


def _options(url: str, *, fast: bool) -> Extractor:
    # Dates are read elsewhere; given here only because the library's own default would be worked out anew for each page.
    return Extractor(url=url, fast=fast, output_format="python", comments=False, date_params={"max_date": ""})
