"""Who wrote an article, as JSON-LD, meta tags or the page's byline tell it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml.html import HtmlElement

_METAS = (
    "author", "article:author", "og:article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "dcterms.creator",
    "authors", "article:author_name", "creator",
)  # fmt: skip
_BY = re.compile(
    r"^\s*(?:by|von|par|por|di|da|door|av|af|przez|autor(?:in|a)?|автор|written by|words by)\s*[:\s]\s*", re.IGNORECASE
)
_NO_NAME = re.compile(r"https?:|www\.|[@{}<>_]|\.(?:com|org|net)\b|^\d|\d{3}", re.IGNORECASE)
_LONGEST = 80
_MOST_NAMES = 8


def byline_of(authors: Sequence[str], metas: Mapping[str, str], tree: HtmlElement) -> str | None:
    """Names, parted by commas; None where nobody is named."""
    for told in (authors, *([metas[name]] for name in _METAS if name in metas)):
        names = tidy_names(told)
        if names:
            return names
    return tidy_names(_names_on_page(tree))


def tidy_names(told: Sequence[str]) -> str | None:
    """Names without "By", each once, without addresses, handles and phrases too long for a name."""
    names = (_BY.sub("", name).strip(" ,;|-–—") for name in told)
    kept = dict.fromkeys(" ".join(name.split()) for name in names if 1 < len(name) <= _LONGEST and not _NO_NAME.search(name))
    return ", ".join([name for name in kept if name][:_MOST_NAMES]) or None


def _names_on_page(tree: HtmlElement) -> list[str]:
    """Links and elements that HTML itself marks as the author."""
    marked = tree.xpath("(//a[@rel='author'] | //*[@itemprop='author'])[position() <= 4]")
    return [" ".join(element.text_content().split()) for element in marked]
