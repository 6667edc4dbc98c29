"""Other extractors' word on a page whose text looks too short, so that no article is left in the middle.

resiliparse reads a page in a millisecond and hardly ever leaves prose out, but takes too much: it tells *whether*
something is missing, not what. Measured on 261 labelled news pages: where it has 30 % more prose than the first extractor
(10 % of pages), trafilatura's thorough mode is right or, on 1 % of them, readability-lxml is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

from lxml import html
from lxml.etree import LxmlError
from readability import Document
from readability.readability import Unparseable
from resiliparse.extract.html2text import extract_plain_text

from shared.stages.clean.lines import Line, prose_words, split_lines

_MORE = 1.3
"""How much more prose makes a text look too short, or a second opinion worth taking."""
MUCH_MORE = 1.5
"""From here on another extractor, which takes 25 ms, is asked. Between the two it was never right."""
_HELD = 0.85
"""Share of the first text's prose that a second opinion must hold: else it tells of something else."""
_FEW_WORDS = 20
_BULLET = "• "
_POINT_WORDS = 8
_LINES_BEFORE = 12


def whole_page(markup: str) -> tuple[Line, ...]:
    """The page's main part by resiliparse, which takes too much rather than too little."""
    return split_lines(extract_plain_text(markup, main_content=True, alt_texts=False))


def looks_short(text: str, page: Sequence[Line], more: float = _MORE) -> bool:
    """Whether the page has so many times the prose of the text that was taken from it, repetitions aside."""
    seen = {line.text: line for line in page}.values()
    return prose_words(seen) >= more * max(_FEW_WORDS, prose_words(split_lines(text)))


def second_opinion(text: str, markup: str) -> str | None:
    """readability-lxml's text where it holds 85 % of our prose and adds 30 %, captions and repetitions aside; else None."""
    other = _readability(markup)
    ours, theirs = _word_pairs(split_lines(text)), _word_pairs(split_lines(other))
    adds = len(theirs) >= _MORE * max(_FEW_WORDS, len(ours))
    return other if adds and len(ours & theirs) >= _HELD * len(ours) else None


def key_points(text: str, page: Sequence[Line]) -> tuple[str, ...]:
    """The list of key points that stands between headline and first paragraph, and that trafilatura takes for a menu."""
    ours = {line.key for line in split_lines(text) if line.is_prose}
    first = next((index for index, line in enumerate(page) if line.is_prose and line.key in ours), 0)
    before = page[max(0, first - _LINES_BEFORE) : first]
    without_labels = [line for line in before if line.words >= _POINT_WORDS]
    points = list(takewhile(lambda line: line.text.startswith(_BULLET), reversed(without_labels)))
    if len(points) < 2 or any(line.key in text.casefold() for line in points):
        return ()
    return tuple(line.text.replace(_BULLET, "- ", 1) for line in reversed(points))


def _word_pairs(lines: Iterable[Line]) -> set[tuple[str, str]]:
    """Running text by what it says, whatever is repeated: galleries show their captions three times."""
    return {pair for line in lines if line.is_prose for pair in pairwise(line.key.split())}


def _readability(markup: str) -> str:
    try:
        summary = html.fromstring(Document(markup).summary(html_partial=True))
    except (Unparseable, LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""  # the library raises whatever its parser met, and a second opinion is never needed
    for figure in list(summary.iter("figure", "figcaption")):
        figure.drop_tree()
    text: str = extract_plain_text(html.tostring(summary, encoding="unicode"), alt_texts=False)
    return "\n".join(line.strip().replace(_BULLET, "- ", 1) for line in text.split("\n") if line.strip())
