"""How well and how fast pages become articles: this project beside other extractors, in one run, on the labelled pages.

    python -m bench.extraction [--sets aeb fe] [--tools ours trafilatura ...]

Text is compared by 4-token shingles (scripts without spaces split into characters), precision and recall averaged over
pages, F1 their harmonic mean; an optional paragraph counts as truth only where the output holds half of its shingles.
Titles and dates are compared with those that a person read off the pages (bench/labels/titles_dates.jsonl).
Extractors that aren't installed are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.model import Page, Rejection
from shared.stages.clean.host_lines import (
    NOTHING_LEARNED,
    HostLines,
    LearnableLine,
    Sighting,
    body_sketch,
    host_lines_for,
    lines_to_learn,
    sightings_to_record,
)
from shared.stages.page_to_article import Extracted, ReadPage, Told, read_page, read_to_article
from shared.stages.page_to_text import page_to_text

ROOT = Path(__file__).parents[1]
CORPORA = Path(os.environ.get("STORYFOLD_CORPORA", ROOT / ".." / "shared")) / "corpora" / "extraction"
LABELS = ROOT / "bench" / "labels" / "titles_dates.jsonl"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]|\w+")

Shingles = Counter[tuple[str, ...]]


@dataclass(frozen=True)
class LabelledPage:
    """A page with its true text: paragraphs, each with whether it may be left out."""

    name: str
    url: str
    body: bytes
    paragraphs: tuple[tuple[str, bool], ...]

    @property
    def page(self) -> Page:
        """The page as a server would answer it."""
        return Page(self.url, self.url, 200, {"content-type": "text/html"}, self.body)


@dataclass(frozen=True)
class Answer:
    """What an extractor made of a page."""

    text: str
    title: str | None = None
    day: str | None = None


@dataclass
class Score:
    """Figures of one extractor on one set."""

    precision: float
    recall: float
    pages_per_second: float
    titles: list[bool] = field(default_factory=list)
    days: list[bool] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two means."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


Extractor = Callable[[Sequence[LabelledPage]], list[Answer]]


def labelled_pages(name: str) -> Iterator[LabelledPage]:
    for line in (CORPORA / name / "truth.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        body = gzip.decompress((CORPORA / name / "html" / entry["page"]).read_bytes())
        paragraphs = entry.get("paragraphs") or [{"text": entry["text"], "optional": False}]
        yield LabelledPage(entry["page"], entry["url"], body, tuple((part["text"], part["optional"]) for part in paragraphs))


def ours_once(pages: Sequence[LabelledPage]) -> list[Answer]:
    return [_answer(_cut(_read(page), NOTHING_LEARNED)) for page in pages]


def ours_twice(pages: Sequence[LabelledPage]) -> list[Answer]:
    """First every page is read and its lines are learned, then all are cut."""
    memory = Memory()
    read = [_read(page) for page in pages]
    shown = [Shown.by(page, one) for page, one in zip(pages, read, strict=True)]
    for one in shown:
        memory.learn(one)
    return [_answer(_cut(one, memory.host_lines(seen))) for one, seen in zip(read, shown, strict=True)]


def ours_uncut(pages: Sequence[LabelledPage]) -> list[Answer]:
    """The text before any cut, to tell what cutting costs."""
    return [Answer(read.raw_text if isinstance(read, ReadPage) else "") for read in map(_read, pages)]


@dataclass(frozen=True)
class Shown:
    """What a page shows of its host."""

    page: str
    host: str
    lines: Sequence[LearnableLine]
    sketch: int

    @classmethod
    def by(cls, page: LabelledPage, read: ReadPage | Rejection) -> Shown:
        """Nothing, where the page could not be read."""
        text = read.raw_text if isinstance(read, ReadPage) else ""
        return cls(page.name, urlsplit(page.url).hostname or "", lines_to_learn(text), body_sketch(text))


class Memory:
    """What hosts repeat, kept as the store keeps it."""

    def __init__(self) -> None:
        self._sightings: dict[tuple[str, int], list[Sighting]] = {}

    def learn(self, shown: Shown) -> None:
        """Remember a page's lines."""
        for sighting in sightings_to_record(shown.lines, self._known(shown), shown.page, shown.sketch):
            self._sightings.setdefault((shown.host, sighting.key), []).append(sighting)

    def host_lines(self, shown: Shown) -> HostLines:
        """What other pages of its host have shown of this one."""
        return host_lines_for(self._known(shown), shown.page, shown.sketch)

    def _known(self, shown: Shown) -> list[Sighting]:
        return [sighting for line in shown.lines for sighting in self._sightings.get((shown.host, line.key), ())]


def _read(page: LabelledPage) -> ReadPage | Rejection:
    return read_page(page.page, Told(), NOW)


def _cut(read: ReadPage | Rejection, host_lines: HostLines) -> Extracted | Rejection:
    return read if isinstance(read, Rejection) else read_to_article(read, host_lines)


def _answer(extracted: Extracted | Rejection) -> Answer:
    if isinstance(extracted, Rejection):
        print(f"  rejected: {extracted.reason} ({extracted.detail})")
        return Answer("")
    article = extracted.article
    return Answer(article.text, article.title, article.published.date().isoformat() if article.published else None)


def markup_of(page: LabelledPage) -> str:
    """Every extractor gets the same decoded text, so that none is judged by how it guesses charsets."""
    markup = page_to_text(page.page)
    return "" if isinstance(markup, Rejection) else markup


def each(extract: Callable[[LabelledPage, str], Answer]) -> Extractor:
    """An extractor of one page as one of many. A page that it fails on has no text, and that is told."""

    def extract_all(pages: Sequence[LabelledPage]) -> list[Answer]:
        answers = []
        for page in pages:
            try:
                answers.append(extract(page, markup_of(page)))
            except Exception as error:  # noqa: BLE001 - whatever it raises, its page is lost
                print(f"  {extract.__name__} failed on {page.name}: {str(error).splitlines()[0]}")
                answers.append(Answer(""))
        return answers

    return extract_all


def trafilatura(**options: Any) -> Extractor:  # noqa: ANN401 - passed on as they are
    def trafilatura(page: LabelledPage, markup: str) -> Answer:
        from trafilatura import bare_extraction

        found: Any = bare_extraction(markup, url=page.url, include_comments=False, **options)
        return Answer(found.text or "", found.title, found.date) if found else Answer("")

    return each(trafilatura)


def newspaper4k(page: LabelledPage, markup: str) -> Answer:
    from newspaper import Article

    article = Article(page.url, fetch_images=False)
    article.download(input_html=markup)
    article.parse()
    return Answer(article.text, article.title, article.publish_date.date().isoformat() if article.publish_date else None)


def readability_lxml(_: LabelledPage, markup: str) -> Answer:
    from lxml import html
    from readability import Document

    document = Document(markup)
    return Answer("\n".join(html.fromstring(document.summary()).itertext()), document.short_title())


def goose3(page: LabelledPage, markup: str) -> Answer:
    from goose3 import Goose

    with Goose({"enable_image_fetching": False}) as goose:
        article = goose.extract(url=page.url, raw_html=markup)
    return Answer(article.cleaned_text, article.title, (article.publish_date or "")[:10] or None)


def resiliparse(_: LabelledPage, markup: str) -> Answer:
    from resiliparse.extract.html2text import extract_plain_text

    return Answer(extract_plain_text(markup, main_content=True, alt_texts=False))


TOOLS: dict[str, tuple[str, Extractor]] = {
    "trafilatura default with metadata": ("trafilatura", trafilatura(with_metadata=True)),
    "this project, two passes": ("shared", ours_twice),
    "this project, one pass": ("shared", ours_once),
    "this project, before cutting": ("shared", ours_uncut),
    "trafilatura fast": ("trafilatura", trafilatura(fast=True)),
    "trafilatura precision": ("trafilatura", trafilatura(favor_precision=True)),
    "newspaper4k": ("newspaper", each(newspaper4k)),
    "readability-lxml": ("readability", each(readability_lxml)),
    "goose3": ("goose3", each(goose3)),
    "resiliparse": ("resiliparse", each(resiliparse)),
}
BASE = next(iter(TOOLS))


def shingles(text: str, size: int = 4) -> Shingles:
    tokens = TOKEN.findall(text.lower())
    return (
        Counter(tuple(tokens[start : start + size]) for start in range(max(1, len(tokens) - size + 1))) if tokens else Counter()
    )


def precision_and_recall(page: LabelledPage, text: str) -> tuple[float, float]:
    found = shingles(text)
    true = (text for text, optional in page.paragraphs if not optional or _is_in(shingles(text), found))
    truth = shingles("\n".join(true))
    shared = (found & truth).total()
    return (shared / found.total() if found else 0.0), (shared / truth.total() if truth else 1.0)


def _is_in(part: Shingles, whole: Shingles) -> bool:
    return bool(part) and 2 * (part & whole).total() >= part.total()


def timed(extract: Extractor, pages: Sequence[LabelledPage]) -> tuple[float, list[Answer]]:
    started = time.process_time()
    answers = extract(pages)
    return time.process_time() - started, answers


def measure(extract: Extractor, pages: Sequence[LabelledPage], labels: dict[str, Any], repeats: int) -> Score:
    """The figures of an extractor; CPU is that of its fastest run, the one that neighbours on the machine disturbed least."""
    runs = [timed(extract, pages) for _ in range(repeats)]
    seconds, answers = min(runs, key=lambda run: run[0])
    both = [precision_and_recall(page, answer.text) for page, answer in zip(pages, answers, strict=True)]
    score = Score(sum(p for p, _ in both) / len(both), sum(r for _, r in both) / len(both), len(pages) / seconds)
    for page, answer in zip(pages, answers, strict=True):
        label = labels.get(page.name)
        if label:
            score.titles.append(plain(answer.title) == plain(label["title"]))
            score.days += [answer.day == label["date"]] if label["date"] else []
    return score


def plain(title: str | None) -> str:
    """A title but for case, spaces and the shapes of quotation marks and dashes."""
    quotes = str.maketrans("‘’“”–—", "''\"\"--")
    return " ".join((title or "").translate(quotes).casefold().split())


def show(name: str, scores: dict[str, Score]) -> None:
    base = scores.get(BASE)
    print(f"\n{name:36}    P      R      F1     titles   dates    pages/CPU s   of {BASE.split()[0]}")
    for tool, score in scores.items():
        speed = f"{score.pages_per_second / base.pages_per_second:5.2f}" if base else "    -"
        text = f"{score.precision:.4f} {score.recall:.4f} {score.f1:.4f}"
        print(f"{tool:36} {text}  {_share(score.titles):>7} {_share(score.days):>7} {score.pages_per_second:12.1f}   {speed}")


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)}/{len(hits)}" if any(hits) else "-"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", default=["aeb", "fe"])
    parser.add_argument("--tools", nargs="+", help="beginnings of the extractors' names")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each, of which the fastest counts (default 1)")
    options = parser.parse_args(arguments)
    if not CORPORA.is_dir():
        print(f"No labelled pages at {CORPORA}: set STORYFOLD_CORPORA to the folder that holds corpora/.")
        return 2
    logging.disable(logging.CRITICAL)
    labels = {label["page"]: label for label in map(json.loads, LABELS.read_text("utf-8").splitlines())}
    chosen = {
        name: extract
        for name, (library, extract) in TOOLS.items()
        if find_spec(library) and (not options.tools or name.startswith(tuple(options.tools)))
    }
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, {platform.python_implementation()} {platform.python_version()}")
    for name in options.sets:
        pages = list(labelled_pages(name))
        for extract in chosen.values():
            extract(pages[:3])  # models and rules are loaded once a process, not once a page
        show(
            f"{name}, {len(pages)} pages",
            {tool: measure(extract, pages, labels, options.repeats) for tool, extract in chosen.items()},
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
