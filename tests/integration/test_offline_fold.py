"""`storyfold fold`: a file of texts becomes stories, a line for each, in order, whatever the lines hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.support.command import storyfold
from tests.support.harbour import OTHER, TEXT

LINES = [
    {"id": "a", "text": TEXT, "url": "https://a.example/1", "published": "2026-11-20T10:00:00+00:00"},
    {"id": "b", "text": OTHER, "url": "https://b.example/1"},
    {
        "id": "c",
        "text": TEXT + "\nThey end in 2027.",
        "url": "https://c.example/1",
        "published": "2026-11-20T08:00:00+00:00",
    },
]


def fold(folder: Path, body: bytes, name: str = "texts.jsonl") -> list[dict[str, Any]]:
    (folder / name).write_bytes(body)
    done = storyfold(folder, "fold", name)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def body(*lines: object) -> bytes:
    return "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines).encode()


def test_copies_share_a_story_whose_canonical_is_the_earliest(tmp_path: Path) -> None:
    records = fold(tmp_path, body(*LINES))
    assert [(record["id"], record["story_id"], record["canonical"]) for record in records] == [
        ("a", "a", "c"),
        ("b", "b", "b"),
        ("c", "a", "c"),
    ]
    assert set(records[0]) == {"id", "story_id", "canonical", "score", "reason"}


def test_a_bad_line_gives_an_error_with_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    records = fold(tmp_path, body(LINES[0], "{torn", LINES[2]))
    assert [record.get("id") for record in records] == ["a", None, "c"]
    assert records[1]["line"] == 2
    assert records[1]["error"].startswith("not JSON")


def test_a_compressed_file_is_read_too(tmp_path: Path) -> None:
    assert len(fold(tmp_path, gzip.compress(body(*LINES)), "texts.jsonl.gz")) == 3


def test_a_file_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = storyfold(tmp_path, "fold", "none.jsonl")
    assert (done.returncode, done.stderr) == (2, "storyfold: The file none.jsonl can't be read: no such file or directory.\n")
