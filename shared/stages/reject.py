"""Why a page is no article: each reason decided by what the page shows, in favour of the article where in doubt."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.model import Page, Rejection
from shared.stages.clean.lines import count_words
from shared.stages.metadata import Metadata

_LEAST_WORDS = 20
_PAID_WORDS = 60


def reject_page(page: Page) -> Rejection | None:
    """What the answer alone tells, before anything is parsed."""
    if page.status >= 400:
        return Rejection("error-page", f"the server answered {page.status}")
    if not urlsplit(page.final_url).path.strip("/"):
        return Rejection("home-page", "the address that answered is the host's home page")
    return None


def reject_article(text: str, metadata: Metadata) -> Rejection | None:
    """What the cleaned text tells."""
    words = count_words(text)
    if words < _PAID_WORDS and metadata.is_paid:
        return Rejection("paywall-stub", f"the page says that it costs, and shows {words} words")
    if words < _LEAST_WORDS:
        return Rejection("too-short", f"{words} words")
    return None
