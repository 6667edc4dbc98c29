"""A second extractor's word where the first one's text looks too short for the page."""

from __future__ import annotations

from readability import Document
from resiliparse.extract.html2text import extract_plain_text

_MORE = 1.3
_SAME = 0.85


def second_opinion(markup: str, text: str) -> str | None:
    """The text of readability-lxml, where resiliparse sees 30 % more words and it holds ours and adds 30 %; else None."""
    seen = extract_plain_text(markup, main_content=True)
    if len(seen.split()) < _MORE * max(20, len(text.split())):
        return None
    return _readability(markup) or None


def _readability(markup: str) -> str:
    try:
        return extract_plain_text(Document(markup).summary())
    except Exception:  # noqa: BLE001 - the library raises whatever its parser met; a second opinion is never needed
        return ""
