"""raw text → clean text, in the measured order: headline, learned host lines, then rules and link lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.model import RemovedLine
from shared.stages.clean.headline import likely_headline, repeated_headline
from shared.stages.clean.host_lines import NOTHING_LEARNED, HostLines
from shared.stages.clean.lines import Line, line_key, prose_words, split_lines
from shared.stages.clean.link_lines import NO_LINKS, LinkedLines, lines_of_links
from shared.stages.clean.markers import Marked, marked_lines
from shared.stages.clean.rulebook import rulebook
from shared.stages.clean.text_dates import date_in, leading_date
from shared.stages.titles import without_likely_site

_LEAST_WORDS_LEFT = 10
_HEADLINE = "headline"
_DATE_RULES = ("/date", "/dateline", "/byline")
RULES_HELD_BACK = "rules would have taken more than half of the prose: nothing taken"
HOST_LINES_HELD_BACK = "learned lines would have left fewer than 10 words: nothing taken"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its furniture, and what the furniture told. Paragraphs of `text` are parted by newlines."""

    text: str
    removed: tuple[RemovedLine, ...]
    notes: tuple[str, ...] = field(default=())
    title: str | None = None
    """The title given, or else the headline that the text itself begins with."""
    byline: str | None = None
    published: datetime | None = None


def clean(
    raw_text: str,
    *,
    title: str | None = None,
    other_titles: Sequence[str] = (),
    byline: str | None = None,
    description: str | None = None,
    host_lines: HostLines = NOTHING_LEARNED,
    linked_lines: LinkedLines = NO_LINKS,
) -> Cleaned:
    """A text as extracted → the article's own text.

    Works on any extracted text. The rest is given where it is known: `other_titles` are those that the page goes by beside
    its title, `description` is the page's own line about itself, and `linked_lines` only a page can give.
    """
    dated = leading_date(raw_text)
    lines = split_lines(_without(raw_text, dated[0]) if dated else raw_text)
    taken, notes = _learned(lines, host_lines, description)
    headline = next((line for each in (title, *other_titles) if each and (line := repeated_headline(lines, each))), None)
    if headline:
        taken[headline.place] = _HEADLINE
    marked = _marked(lines, linked_lines, taken, byline)
    if 2 * prose_words(_left(lines, {**taken, **marked.taken})) < prose_words(_left(lines, taken)):
        notes, marked = (*notes, RULES_HELD_BACK), Marked({}, None)
    taken = {**marked.taken, **taken}
    if not title and not dated and (headline := likely_headline(_left(lines, taken))):
        taken[headline.place] = _HEADLINE
    leading = (RemovedLine(dated[0], "leading-date", 0),) if dated else ()
    return Cleaned(
        text="\n".join(line.text for line in _left(lines, taken)),
        removed=leading + tuple(RemovedLine(line.text, taken[line.place], line.place) for line in lines if line.place in taken),
        notes=notes,
        title=title or (without_likely_site(headline.text) if headline else None),
        byline=marked.byline,
        published=dated[1] if dated else _date_told(lines, taken),
    )


def _learned(lines: Sequence[Line], host_lines: HostLines, description: str | None) -> tuple[dict[int, str], tuple[str, ...]]:
    """The host's lines, without the page's own description: other pages show that as their teaser of this one."""
    own = line_key(description or "")
    taken = {line.place: "host-line" for line in lines if line in host_lines and line.key != own}
    if taken and sum(line.words for line in _left(lines, taken)) < _LEAST_WORDS_LEFT:
        return {}, (HOST_LINES_HELD_BACK,)
    return taken, ()


def _marked(lines: Sequence[Line], linked: LinkedLines, gone: Mapping[int, str], byline: str | None) -> Marked:
    links = {line.place: "link-line" for line in lines_of_links(_left(lines, gone), linked)}
    marked = marked_lines(lines, rulebook(), {**gone, **links}, byline)
    return Marked({**links, **marked.taken}, marked.byline)


def _date_told(lines: Sequence[Line], taken: Mapping[int, str]) -> datetime | None:
    """The first day that one of the cut lines names whose business it is."""
    dates = (date_in(line.text) for line in lines if taken.get(line.place, "").endswith(_DATE_RULES))
    return next((found for found in dates if found), None)


def _left(lines: Sequence[Line], taken: Mapping[int, str]) -> list[Line]:
    return [line for line in lines if line.place not in taken]


def _without(text: str, piece: str) -> str:
    """The text without a piece of its first line; line numbers stay."""
    return text.replace(piece, "", 1)
