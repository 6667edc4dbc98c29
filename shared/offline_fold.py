"""JSON lines → JSON records: `{id, text[, url, published]}` in, `{id, story_id, canonical, score, reason}` out.

Stories may merge until the last line is read, so records come after the pass: what they will say is kept in a temporary file,
and memory stays bounded.
"""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import urlsplit

from shared.failures import Mistake
from shared.folder import Folder
from shared.stages.article_to_story import Decision
from shared.stages.reach import Window

Record = dict[str, Any]
NEW_STORY = "nothing like it before"


def fold_lines(
    lines: Iterable[str | bytes],
    *,
    window: int = 100_000,
    days: Window | None = None,
    on_line: Callable[[int], None] = lambda _number: None,
) -> Iterator[Record]:
    """Fold a stream of lines and tell the stories, a record a line, in the order of the lines.

    `story_id` is the id of the story's first line, `canonical` that of the member that stands for the story. A line that
    can't be read yields `{error, line}`, lines counted from 1, and the stream goes on. `window` and `days` bound how far back
    a copy is found; `on_line` hears the number of each line once it is folded, for a progress bar.
    """
    folder = Folder(window=window, days=days)
    with tempfile.TemporaryFile() as file:
        notes = _Notes(file)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                document = _document(line)
            except Mistake as wrong:
                notes.write({"error": str(wrong), "line": number}, article=False)
            else:
                decision = folder.add(document.text, document.host, document.published)
                notes.write({"id": document.id, "score": round(decision.score, 4), "reason": _reason(decision)}, article=True)
            on_line(number)
        yield from _records(folder, notes)


@dataclass(frozen=True, slots=True)
class _Document:
    id: str | float
    text: str
    host: str | None
    published: datetime | None


def _document(line: str | bytes) -> _Document:
    """Read a line, or say in a Mistake what is wrong with it."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise Mistake(f"not JSON: {wrong}") from wrong
    if not isinstance(value, dict):
        raise Mistake("not a JSON object")
    if not isinstance(value.get("id"), (str, int, float)):
        raise Mistake("no id that is a string or a number")
    if not isinstance(value.get("text"), str):
        raise Mistake("no text that is a string")
    return _Document(value["id"], value["text"], _host(value.get("url")), _moment(value.get("published")))


def _host(url: object) -> str | None:
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _moment(published: object) -> datetime | None:
    """An ISO 8601 date or time; one without a zone counts as UTC, and one that can't be read as none."""
    try:
        moment = datetime.fromisoformat(published) if isinstance(published, str) else None
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def _reason(decision: Decision) -> str:
    best = decision.evidence.best
    if best is None:
        return NEW_STORY
    return best.because if decision.story is not None else f"nearest: {best.because}"


class _Notes:
    """What is known of each line when it is read, in a temporary file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._places = array("q")

    def write(self, note: Record, *, article: bool) -> None:
        if article:
            self._places.append(self._file.tell())
        self._file.write(json.dumps(note).encode() + b"\n")

    def read(self) -> Iterator[Record]:
        """All notes in order. Others may be looked up meanwhile."""
        place = 0
        while True:
            self._file.seek(place)
            line = self._file.readline()
            if not line:
                return
            place += len(line)
            yield json.loads(line)

    def id_of(self, article: int) -> object:
        self._file.seek(self._places[article])
        return json.loads(self._file.readline())["id"]


def _records(folder: Folder, notes: _Notes) -> Iterator[Record]:
    stories = enumerate(folder.stories())
    for note in notes.read():
        if "error" in note:
            yield note
            continue
        article, (first, canonical) = next(stories)
        own = note["id"]
        story_id = own if first == article else notes.id_of(first)
        chosen = own if canonical == article else notes.id_of(canonical)
        yield {"id": own, "story_id": story_id, "canonical": chosen, "score": note["score"], "reason": note["reason"]}
