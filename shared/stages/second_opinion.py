"""Other extractors' word on a page whose text looks too short, so that no article is left in the middle.

resiliparse reads a page in a millisecond and hardly ever leaves prose out, but takes too much: it tells *whether*
something is missing, not what. Measured on 261 labelled news pages: where it has 30 % more prose than the first extractor
(10 % of pages), trafilatura's thorough mode is right or, on 1 % of them, readability-lxml is.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import html
from lxml.etree import LxmlError
from readability import Document
from readability.readability import Unparseable
from resiliparse.extract.html2text import extract_plain_text

from shared.stages.clean.lines import Line, prose_words, split_lines

_MORE = 1.3
"""How much more prose makes a text look too short, or a second opinion worth taking."""
_HELD = 0.85
"""Share of the first text's prose that a second opinion must hold: else it tells of something else."""
_FEW_WORDS = 20


def looks_short(text: str, markup: str) -> bool:
    """Whether the page has at least 30 % more prose than the text that was taken from it."""
    seen = extract_plain_text(markup, main_content=True, list_bullets=False, alt_texts=False)
    return prose_words(split_lines(seen)) >= _MORE * max(_FEW_WORDS, prose_words(split_lines(text)))


def second_opinion(text: str, markup: str) -> str | None:
    """readability-lxml's text where it holds 85 % of ours and adds 30 %, captions and repetitions not counted; else None."""
    other = _readability(markup)
    ours, theirs = _prose(split_lines(text)), _prose(split_lines(other))
    held = sum(line.words for key, line in ours.items() if key in theirs)
    mine, their = (sum(line.words for line in lines.values()) for lines in (ours, theirs))
    return other if held >= _HELD * mine and their >= _MORE * max(_FEW_WORDS, mine) else None


def _prose(lines: Iterable[Line]) -> dict[str, Line]:
    """Running text by what it says, each line once: galleries repeat their captions."""
    return {line.key: line for line in lines if line.is_prose}


def _readability(markup: str) -> str:
    try:
        summary = html.fromstring(Document(markup).summary(html_partial=True))
    except (Unparseable, LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""  # the library raises whatever its parser met, and a second opinion is never needed
    for figure in list(summary.iter("figure", "figcaption")):
        figure.drop_tree()
    text: str = extract_plain_text(html.tostring(summary, encoding="unicode"), alt_texts=False)
    return "\n".join(line.strip().replace("• ", "- ", 1) for line in text.split("\n") if line.strip())
