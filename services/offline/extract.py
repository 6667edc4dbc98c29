"""Pages in files → articles, in order: `storyfold extract` and `storyfold clean`."""

from __future__ import annotations

import gzip
import json
import pickle
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from services.offline.host_line_memory import HostLineMemory
from shared.bounded import BoundedProcess
from shared.config import Settings
from shared.failures import Failure
from shared.model import Page, Rejection
from shared.stages.clean import NOTHING_LEARNED, HostLines, clean
from shared.stages.clean.host_lines import LearnableLine, body_sketch, lines_to_learn
from shared.stages.page_to_article import Extracted, ReadPage, Told, read_page, read_to_article

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Read:
    """A line of the manifest with its page, as read, or why it can't be."""

    id: object
    url: str
    read: ReadPage | Rejection
    lines: tuple[LearnableLine, ...] = ()
    sketch: int = 0


@dataclass(slots=True)
class Extraction:
    """One run over a manifest. `learn` off uses and learns no host lines."""

    settings: Settings
    parser: BoundedProcess
    learn: bool = True
    memory: HostLineMemory = field(default_factory=HostLineMemory)

    def one_pass(self, manifest: Iterable[str], folder: Path) -> Iterator[Record]:
        """Read, learn and clean page by page: early pages know less of their host than late ones."""
        for line in manifest:
            read = self._read(line, folder)
            yield self._finish(read)
            self._learn(read)

    def two_passes(self, manifest: Iterable[str], folder: Path, tick: Callable[[], None]) -> Iterator[Record]:
        """First read everything and learn, then clean: pages are parsed once, and wait in a temporary file."""
        with tempfile.TemporaryFile() as spool:
            for line in manifest:
                read = self._read(line, folder)
                self._learn(read)
                pickle.dump(read, spool)
                tick()
            spool.seek(0)
            for read in _unspool(spool):
                yield self._finish(read)

    def _read(self, line: str, folder: Path) -> _Read:
        try:
            told = json.loads(line)
            page = Page(told["url"], told["url"], 200, {}, _body(folder / told["path"], self.settings.page_bytes))
            argument = (page, Told(told.get("title"), _moment(told.get("published"))), datetime.now(UTC))
            return self.parser.call(_read_one, (told.get("id"), argument))
        except Failure as failure:
            return _Read(_id_of(line), "", Rejection(failure.reason, failure.detail))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return _Read(_id_of(line), "", Rejection("bad-line", f"the line can't be used: {type(error).__name__}: {error}"))
        except (OSError, EOFError, zlib.error) as error:
            return _Read(_id_of(line), "", Rejection("unreadable", f"the file can't be read: {error}"))

    def _learn(self, read: _Read) -> None:
        if self.learn and isinstance(read.read, ReadPage):
            self.memory.learn(read.read.host, read.lines, read.url, read.sketch)

    def _finish(self, read: _Read) -> Record:
        if isinstance(read.read, Rejection):
            return _record(read.id, read.read)
        known = self.memory.known(read.read.host, read.lines, read.url, read.sketch) if self.learn else NOTHING_LEARNED
        try:
            return _record(read.id, self.parser.call(_cut_one, (read.read, known)))
        except Failure as failure:
            return _record(read.id, Rejection(failure.reason, failure.detail))


def clean_file(path: Path) -> Record:
    """Clean a text that was extracted already; its first lines may hold its title and date."""
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        return _record(path.name, Rejection("unreadable", f"the file can't be read: {error}"))
    cleaned = clean(text)
    return {
        "id": path.name,
        "title": cleaned.title,
        "byline": cleaned.byline,
        "published": _day(cleaned.published),
        "language": None,
        "text": cleaned.text,
        "removed": [asdict(line) for line in cleaned.removed],
        "rejected": None,
    }


def _read_one(argument: tuple[object, tuple[Page, Told, datetime]]) -> _Read:
    identity, (page, told, now) = argument
    read = read_page(page, told, now)
    if isinstance(read, Rejection):
        return _Read(identity, page.url, read)
    return _Read(identity, page.url, read, lines_to_learn(read.raw_text), body_sketch(read.raw_text))


def _cut_one(argument: tuple[ReadPage, HostLines]) -> Extracted | Rejection:
    return read_to_article(*argument)


def _record(identity: object, result: Extracted | Rejection) -> Record:
    if isinstance(result, Rejection):
        empty: Record = dict.fromkeys(("title", "byline", "published", "language", "text"))
        return {"id": identity} | empty | {"removed": [], "rejected": asdict(result)}
    article = result.article
    return {
        "id": identity,
        "title": article.title,
        "byline": article.byline,
        "published": _day(article.published),
        "language": article.language,
        "text": article.text,
        "removed": [asdict(line) for line in article.removed],
        "rejected": None,
    }


def _body(path: Path, most: int) -> bytes:
    """The page's bytes, at most one more than is allowed: a bomb is not unpacked whole."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        body = file.read(most + 1)
    if len(body) > most:
        raise ValueError(f"the page is larger than {most} bytes")
    return body


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _id_of(line: str) -> object:
    try:
        return json.loads(line).get("id")
    except (ValueError, AttributeError):
        return None


def _unspool(spool: IO[bytes]) -> Iterator[_Read]:
    while True:
        try:
            yield pickle.load(spool)  # noqa: S301 - our own temporary file
        except EOFError:
            return
