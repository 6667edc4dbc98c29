"""`storyfold extract` and `clean`: pages and texts in files, a line for each, in order, whatever they hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from tests.support.command import storyfold

TAGLINE = "Read by half of the valley since 1902"


PARAGRAPHS = (
    (
        "The council of Brackwater voted on Tuesday to close the old chain bridge for repairs. Mayor Odette Hahn said that the "
        "work would take eleven months. Shops along the quay fear for their trade while lorries take the way around the lake."
    ),
    (
        "Seven climbers were brought down from the north face of Mount Ellery late on Sunday after a night in a snow cave. A "
        "rescue helicopter had to turn back twice because of fog. All of them are well, the hospital in Tarnby said."
    ),
    (
        "Wheat prices in Halden reached their highest level since the drought of 2011. Millers blame a poor harvest in the "
        "south, while growers point to the railway strike that keeps grain in the silos. Bakers expect dearer bread by spring."
    ),
    (
        "A retired watchmaker has won the national chess title at the age of 81. Anselm Roth beat a student sixty years his "
        "junior in the last round with a sacrifice that commentators took for a slip of the hand. He wants to defend the title."
    ),
)


def paragraph(number: int) -> str:
    return PARAGRAPHS[number - 1]


def write_page(folder: Path, number: int) -> dict[str, Any]:
    first, second = paragraph(number).split(". ", 1)
    body = f"<h1>Headline {number}</h1><p>{first}.</p><p>{second}</p><p>{TAGLINE}</p><p>{paragraph(number)} More on page two.</p>"
    html = f"<html><head><title>Headline {number}</title></head><body><article>{body}</article></body></html>"
    path = folder / f"page{number}.html.gz"
    path.write_bytes(gzip.compress(html.encode()))
    return {"id": f"p{number}", "path": path.name, "url": f"https://paper.example/news/article-{number}"}


def manifest(folder: Path, *lines: object) -> str:
    path = folder / "pages.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return str(path)


def extract(folder: Path, *lines: object, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    done = storyfold(folder, "extract", "--manifest", manifest(folder, *lines), *options)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_pages_come_out_in_the_manifest_s_order(tmp_path: Path) -> None:
    records = extract(tmp_path, *(write_page(tmp_path, number) for number in (3, 1, 2)))
    assert [record["id"] for record in records] == ["p3", "p1", "p2"]
    assert paragraph(3) in records[0]["text"]
    assert set(records[0]) == {"id", "title", "byline", "published", "language", "text", "removed", "rejected"}


def test_a_line_that_the_host_repeats_goes_once_two_other_pages_have_shown_it(tmp_path: Path) -> None:
    records = extract(tmp_path, *(write_page(tmp_path, number) for number in range(1, 5)))
    assert [TAGLINE in record["text"] for record in records] == [True, True, False, False]
    assert {"text": TAGLINE, "rule": "host-line"}.items() <= records[3]["removed"][-1].items()


def test_two_passes_learn_before_they_clean(tmp_path: Path) -> None:
    records = extract(tmp_path, *(write_page(tmp_path, number) for number in range(1, 5)), options=("--passes", "2"))
    assert [TAGLINE in record["text"] for record in records] == [False] * 4


def test_without_learning_the_line_stays(tmp_path: Path) -> None:
    records = extract(tmp_path, *(write_page(tmp_path, number) for number in range(1, 5)), options=("--no-learn",))
    assert [TAGLINE in record["text"] for record in records] == [True] * 4


def test_what_cannot_be_read_gives_a_line_with_its_reason_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "torn.html.gz").write_bytes(gzip.compress(b"<p>x</p>" * 5000)[:60])
    (tmp_path / "binary.html").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "huge.html").write_bytes(b"<p>x</p>" * 500_000)
    records = extract(
        tmp_path,
        "no json",
        '"a string"',
        {"id": "no-url", "path": "page1.html"},
        {"id": "lost", "path": "lost.html", "url": "https://paper.example/lost"},
        {"id": "torn", "path": "torn.html.gz", "url": "https://paper.example/torn"},
        {"id": "binary", "path": "binary.html", "url": "https://paper.example/binary"},
        {"id": "huge", "path": "huge.html", "url": "https://paper.example/huge"},
        write_page(tmp_path, 1),
    )
    reasons = [record["rejected"] and record["rejected"]["reason"] for record in records]
    assert reasons[:5] == ["bad-line", "bad-line", "bad-line", "unreadable", "unreadable"]
    assert reasons[5] in {"not-text", "not-an-article"}
    assert reasons[6] == "bad-line"
    assert reasons[7] is None


def test_the_feed_s_title_and_date_are_preferred(tmp_path: Path) -> None:
    told = write_page(tmp_path, 1) | {"title": "As the feed has it", "published": "2026-11-05T06:45:00+00:00"}
    [record] = extract(tmp_path, told)
    assert (record["title"], record["published"]) == ("As the feed has it", "2026-11-05T06:45:00+00:00")


def test_a_manifest_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    done = storyfold(tmp_path, "extract", "--manifest", "none.jsonl")
    assert (done.returncode, done.stderr) == (2, "storyfold: The manifest none.jsonl can't be read: no such file or directory.\n")


def test_clean_cuts_furniture_from_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{paragraph(1)}\n\n{paragraph(2)}\n\nSource link\n\nLeave a Reply\n")
    done = storyfold(tmp_path, "clean", "a.txt", "none.txt")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert "Source link" not in first["text"]
    assert "Leave a Reply" not in first["text"]
    assert {line["text"] for line in first["removed"]} == {"Source link", "Leave a Reply"}
    assert second["rejected"]["reason"] == "unreadable"
