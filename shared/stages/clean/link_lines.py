"""Lines that are links on the page: teasers of other articles, lists of topics, menus."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, islice

from lxml.html import HtmlElement

from shared.stages.clean.lines import Line, line_key, split_lines


class Block(StrEnum):
    """The element that a line of links stands in."""

    PARAGRAPH = "paragraph"
    ITEM = "item"
    HEADING = "heading"
    LED = "led"
    """A list item that begins with a link and goes on in words: a headline with its teaser."""


@dataclass(frozen=True, slots=True)
class LinkedLines:
    """The lines of a page of which at least 80 % is link text, or that a link leads, by `Line.key`."""

    blocks: Mapping[str, Block] = field(default_factory=dict)

    def __contains__(self, line: Line) -> bool:
        return self.blocks.get(line.key, Block.LED) is not Block.LED


NO_LINKS = LinkedLines()
_MOST_WORDS = 40
_MOSTLY = 0.8
_TEASER_WORDS = 5
"""Inside the article a shorter link is a name: a product, a source, a person in a list."""
_FEW = 4
_LED_ITEMS = 3
_ITEM_DEPTH = 6
_INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "big",
        "cite",
        "em",
        "font",
        "i",
        "ins",
        "label",
        "mark",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "u",
    )
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def find_linked_lines(tree: HtmlElement, raw_text: str) -> LinkedLines:
    """Which lines of an extracted text are links on its page. Only links whose words the text holds are looked at."""
    folded = " ".join(raw_text.casefold().split())
    links: dict[HtmlElement, list[str]] = {}
    for link in tree.iter("a"):
        words = " ".join((link.text_content() if len(link) else link.text or "").casefold().split())
        if len(words) > 2 and words in folded:
            for block in _blocks(link):
                links.setdefault(block, []).append(words)
    wanted = {line.key for line in split_lines(raw_text) if line.words <= _MOST_WORDS}
    blocks: dict[str, Block] = {}
    for block, words_of_links in links.items():
        text = " ".join(block.text_content().split())
        if (key := line_key(text)) in wanted and (kind := _kind(block, text.casefold(), words_of_links)):
            blocks[key] = kind
    return LinkedLines(blocks)


def _blocks(link: HtmlElement) -> list[HtmlElement]:
    """The innermost element around a link that makes a line, and the list item around that."""
    block = link
    while block.tag in _INLINE and (parent := block.getparent()) is not None:
        block = parent
    if block.tag == "li":
        return [block]
    above = islice(block.iterancestors(), _ITEM_DEPTH)
    return [block, *(element for element in above if element.tag == "li")]


def _kind(block: HtmlElement, text: str, links: Sequence[str]) -> Block | None:
    if sum(map(len, links)) < _MOSTLY * len(text):
        return Block.LED if block.tag == "li" and text.startswith(links[0]) else None
    if block.tag in _HEADINGS:
        return Block.HEADING
    return Block.ITEM if block.tag == "li" else Block.PARAGRAPH


def lines_of_links(lines: Sequence[Line], linked: LinkedLines) -> list[Line]:
    """What goes: linked lines before the first and after the last real paragraph, and inside the article its teasers."""
    is_link = [_is_teaser(line, linked) for line in lines]
    for index in _led_tail(lines, linked):
        is_link[index] = True
    prose = [index for index, line in enumerate(lines) if line.is_prose and not is_link[index]]
    if not prose:
        return []
    first, last = prose[0], prose[-1]
    outside = [line for index, line in enumerate(lines) if is_link[index] and not first < index < last]
    return outside + list(_teasers_inside(lines[first:last], linked))


def _led_tail(lines: Sequence[Line], linked: LinkedLines) -> range:
    """The list of headlines with teasers that ends a page: three items and more."""
    start = len(lines)
    while start and linked.blocks.get(lines[start - 1].key) is Block.LED:
        start -= 1
    return range(start, len(lines)) if len(lines) - start >= _LED_ITEMS else range(0)


def _teasers_inside(lines: Sequence[Line], linked: LinkedLines) -> Iterator[Line]:
    """Runs of list items, and lone lines where there are few: an article made of links, such as a list of sources, keeps them."""
    runs = [list(run) for is_link, run in groupby(lines, lambda line: _is_teaser(line, linked)) if is_link]
    runs = [run for run in runs if min(line.words for line in run) >= _TEASER_WORDS]
    lone = [run[0] for run in runs if len(run) == 1 and linked.blocks[run[0].key] is not Block.HEADING]
    if len(lone) <= _FEW:
        yield from lone
    for run in runs:
        if len(run) > 1 and all(linked.blocks[line.key] is Block.ITEM for line in run):
            yield from run


def _is_teaser(line: Line, linked: LinkedLines) -> bool:
    return line.words <= _MOST_WORDS and line in linked and not line.key.startswith("http")
