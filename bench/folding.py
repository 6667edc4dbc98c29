"""How well and how fast articles fold into stories, next to the libraries that people use for it.

    python bench/folding.py

The labelled file goes through each of them as a stream, in its order. Pairs count: two articles of one story are right
together. `templates` are pairs of pages that share a make and differ in facts: none may fold. The others fold whatever their
index returns, which is how their documentation shows them. CPU is this process's, of one article from text to story; bytes
are what is kept of an article for matching it.
"""

from __future__ import annotations

import gzip
import itertools
import json
import os
import platform
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # so that it runs as a script

from bench.templates import pages
from shared.folder import Folder
from shared.stages.fingerprint import fingerprint
from tests.support.labelled import labelled


@dataclass(frozen=True)
class Article:
    """A labelled article."""

    text: str
    story: str
    kind: str
    host: str | None = None


@dataclass(frozen=True)
class Score:
    """Pairs of a partition against the truth."""

    precision: float
    recall: float
    rand: float
    """Adjusted Rand index."""
    templates: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


Partition = Sequence[Hashable]
Run = Callable[[Sequence[Article]], tuple[Partition, float]]
"""Articles → the story of each, and the bytes kept an article."""


def articles(path: Path) -> list[Article]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [Article(row["text"], row["story"], row["kind"]) for row in map(json.loads, lines)]


def with_hosts(given: Sequence[Article]) -> list[Article]:
    """A host for each family of templates, and one of its own for every other article, for no label says more."""
    hosts = [each.kind if each.kind.startswith("template") else f"host-{number}" for number, each in enumerate(given)]
    return [Article(each.text, each.story, each.kind, f"{host}.example") for each, host in zip(given, hosts, strict=True)]


def score(given: Sequence[Article], found: Partition) -> Score:
    truth = _pairs(each.story for each in given)
    together = _pairs(found)
    right = _pairs(zip((each.story for each in given), found, strict=True))
    expected = truth * together / _pairs([0] * len(given))
    templates = [story for each, story in zip(given, found, strict=True) if each.kind.startswith("template")]
    return Score(
        precision=right / max(together, 1),
        recall=right / max(truth, 1),
        rand=(right - expected) / ((truth + together) / 2 - expected),
        templates=_pairs(templates),
    )


def _pairs(groups: Iterable[Hashable]) -> int:
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())


def this_project(given: Sequence[Article]) -> tuple[Partition, float]:
    folder = Folder()
    for each in given:
        folder.add(each.text, each.host)
    sampled = [fingerprint(each.text) for each in given[::50]]
    kept = statistics.mean(len(each.payload) + 4 * len(each.keys) for each in sampled)
    return [folder.story(number) for number in range(len(given))], kept


class _Union:
    """Articles that an index has returned together are one story."""

    def __init__(self) -> None:
        self._parents: list[int] = []

    def add(self, article: int, near: Iterable[int]) -> None:
        self._parents.append(article)
        for other in near:
            self._parents[self.root(other)] = self.root(article)

    def root(self, article: int) -> int:
        while self._parents[article] != article:
            article = self._parents[article]
        return article

    def partition(self) -> Partition:
        return [self.root(article) for article in range(len(self._parents))]


def _shingles(text: str, size: int) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[at : at + size]) for at in range(max(len(words) - size + 1, 1))}


def datasketch(size: int, threshold: float) -> Run:
    from datasketch import MinHash, MinHashLSH

    def run(given: Sequence[Article]) -> tuple[Partition, float]:
        index, union = MinHashLSH(threshold=threshold, num_perm=128), _Union()
        for number, each in enumerate(given):
            signature = MinHash(num_perm=128)
            signature.update_batch([shingle.encode() for shingle in _shingles(each.text, size)])
            union.add(number, index.query(signature))
            index.insert(number, signature)
        return union.partition(), 128 * 8 + index.b * index.r * 8

    return run


def rensa(size: int, threshold: float) -> Run:
    from rensa import RMinHash, RMinHashLSH

    def run(given: Sequence[Article]) -> tuple[Partition, float]:
        index, union = RMinHashLSH(threshold=threshold, num_perm=128, num_bands=32), _Union()
        for number, each in enumerate(given):
            signature = RMinHash(num_perm=128, seed=1)
            signature.update(sorted(_shingles(each.text, size)))
            union.add(number, index.query(signature))
            index.insert(number, signature)
        return union.partition(), 128 * 4 + 32 * 8

    return run


def simhash(size: int, distance: int) -> Run:
    from simhash import Simhash, SimhashIndex

    def run(given: Sequence[Article]) -> tuple[Partition, float]:
        index, union = SimhashIndex([], k=distance), _Union()
        for number, each in enumerate(given):
            signature = Simhash(sorted(_shingles(each.text, size)))
            union.add(number, map(int, index.get_near_dups(signature)))
            index.add(str(number), signature)
        return union.partition(), 8.0 * (1 + distance + 1)

    return run


def measured(run: Run, given: Sequence[Article], rounds: int) -> tuple[Score, float, float]:
    """The score, CPU milliseconds an article (the median of the rounds), and bytes an article."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        found, kept = run(given)
        times.append((time.process_time() - begin) / len(given) * 1e3)
    return score(given, found), statistics.median(times), kept


def machine() -> str:
    """The machine's name, as far as it tells: processor, cores, Python."""
    cpu = Path("/proc/cpuinfo")
    named = re.findall(r"model name\s*: (.+)", cpu.read_text()) if cpu.exists() else []
    processor = named[0] if named else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def _row(name: str, result: tuple[Score, float, float]) -> None:
    told, milliseconds, kept = result
    figures = f"{told.precision:9.4f} {told.recall:7.4f} {told.f1:7.4f} {told.rand:7.4f} {told.templates:10d}"
    print(f"{name:36} {figures} {milliseconds:7.2f} {kept:7.0f}", flush=True)


def _baselines() -> Iterable[tuple[str, Callable[[], Run]]]:
    yield "datasketch, 5 words, at .5", lambda: datasketch(5, 0.5)
    yield "datasketch, 5 words, at .3", lambda: datasketch(5, 0.3)
    yield "datasketch, 1 word, at .36", lambda: datasketch(1, 0.36)
    yield "rensa, 5 words, at .5", lambda: rensa(5, 0.5)
    yield "simhash, 5 words, 3 bits", lambda: simhash(5, 3)
    yield "simhash, 1 word, 3 bits", lambda: simhash(1, 3)


def _table(given: Sequence[Article]) -> None:
    print(f"{'':36} precision  recall      F1    Rand  templates  ms CPU   bytes")
    _row("this project", measured(this_project, given, 3))
    _row("this project, hosts given", measured(this_project, with_hosts(given), 3))
    for name, baseline in _baselines():
        try:
            run = baseline()
        except ImportError as missing:
            print(f"{name:36} not installed ({missing.name}): see requirements/bench.txt")
        else:
            _row(name, measured(run, given, 1))


def _orders(given: Sequence[Article], orders: int) -> None:
    scores = []
    for seed in range(orders):
        shuffled = list(given)
        random.Random(seed).shuffle(shuffled)
        scores.append(score(shuffled, this_project(shuffled)[0]).f1)
    print(f"\nF1 in {orders} other orders: {min(scores):.4f} to {max(scores):.4f}")


def _other_templates() -> None:
    made = [Article(text, str(number), f"template-{family}") for number, (family, text) in enumerate(pages())]
    groups = itertools.groupby(made, key=lambda each: each.kind)
    pairs = sum(_pairs([0] * len(list(group))) for _, group in groups)
    without, given = (score(each, this_project(each)[0]).templates for each in (made, with_hosts(made)))
    print(f"Of {pairs} pairs of pages from templates that are not in the file, folded: {without}, with hosts given {given}")


def main() -> None:
    path = labelled("folding", "dev.jsonl.gz")
    if path is None:
        raise SystemExit(
            "The labelled articles are not at hand: let STORYFOLD_CORPORA name the folder that holds folding/dev.jsonl.gz."
        )
    given = articles(path)
    print(f"{len(given)} articles, {len({each.story for each in given})} stories; {machine()}\n")
    _table(given)
    _orders(given, 4)
    _other_templates()


if __name__ == "__main__":
    main()
