from __future__ import annotations

import json
from typing import Any

import pytest

from shared.offline_fold import NEW_STORY, fold_lines
from tests.support.reports import BY_LANGUAGE

ENGLISH, GERMAN = BY_LANGUAGE["English"], BY_LANGUAGE["German"]


def _line(name: Any, text: str, **more: Any) -> str:
    return json.dumps({"id": name, "text": text, **more})


def _folded(*lines: str | bytes) -> list[dict[str, Any]]:
    return list(fold_lines(lines, window=1000))


def test_records_come_in_the_order_of_the_lines_with_final_ids() -> None:
    records = _folded(
        _line("a", ENGLISH.report), _line("b", GERMAN.report), _line("c", ENGLISH.edited), _line("d", GERMAN.edited)
    )
    assert [(each["id"], each["story_id"], each["canonical"]) for each in records] == [
        ("a", "a", "a"),
        ("b", "b", "b"),
        ("c", "a", "a"),
        ("d", "b", "b"),
    ]
    assert list(records[0]) == ["id", "story_id", "canonical", "score", "reason"]


def test_each_record_tells_its_score_and_reason() -> None:
    first, copy, page, other = _folded(
        _line(1, ENGLISH.report), _line(2, ENGLISH.edited), _line(3, ENGLISH.pages[0]), _line(4, ENGLISH.pages[1])
    )
    assert (first["score"], first["reason"]) == (0.0, NEW_STORY)
    assert copy["score"] > 0.7
    assert copy["reason"] == "text and facts agree"
    assert page["story_id"] == 3
    assert other["reason"] == "nearest: each is about a name that the other never mentions"


def test_a_later_merge_changes_what_earlier_lines_are_told() -> None:
    sentences = ENGLISH.report.replace("\n", " ").split(". ")
    lead, tail = ". ".join(sentences[:3]), ". ".join(sentences[4:])
    records = _folded(_line("lead", lead), _line("tail", tail), _line("whole", ENGLISH.report))
    assert {each["story_id"] for each in records} == {"lead"}
    assert {each["canonical"] for each in records} == {"whole"}


def test_the_earliest_published_is_canonical() -> None:
    records = _folded(
        _line("late", ENGLISH.report, published="2025-03-02T10:00:00+01:00"),
        _line("early", ENGLISH.edited, published="2025-03-01"),
    )
    assert [each["canonical"] for each in records] == ["early", "early"]


def test_the_host_is_taken_from_the_url() -> None:
    """One host's two pages must be nearly identical; another host's copy may be edited."""
    one, other = "https://www.a.example/1", "https://a.example/2"
    apart = _folded(_line(1, ENGLISH.report, url=one), _line(2, ENGLISH.edited, url=other))
    together = _folded(_line(1, ENGLISH.report, url=one), _line(2, ENGLISH.edited, url="https://b.example/2"))
    assert [each["story_id"] for each in apart] == [1, 2]
    assert [each["story_id"] for each in together] == [1, 1]


@pytest.mark.parametrize(
    ("bad", "wrong"),
    [
        ("{not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ("[1, 2]", "not a JSON object"),
        ('{"text": "no name"}', "no id"),
        ('{"id": ["x"], "text": "a list"}', "no id"),
        ('{"id": 1}', "no text"),
        ('{"id": 1, "text": null}', "no text"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_bad_line_gives_an_error_with_its_number_and_the_stream_goes_on(bad: str | bytes, wrong: str) -> None:
    first, error, last = _folded(_line("a", ENGLISH.report), bad, _line("b", ENGLISH.report))
    assert error["line"] == 2
    assert error["error"].startswith(wrong)
    assert (first["story_id"], last["story_id"]) == ("a", "a")


@pytest.mark.parametrize(
    "more", [{"url": "http://[broken"}, {"url": 7}, {"published": "yesterday"}, {"published": 12}, {"lang": None}]
)
def test_what_can_not_be_read_besides_the_text_is_as_good_as_absent(more: dict[str, Any]) -> None:
    assert [each["story_id"] for each in _folded(_line("a", ENGLISH.report), _line("b", ENGLISH.report, **more))] == ["a", "a"]


def test_blank_lines_are_passed_over_and_counted() -> None:
    records = _folded("", _line("a", "Nothing much."), "  \n", "nonsense")
    assert records[0]["id"] == "a"
    assert records[1]["line"] == 4


def test_no_lines_give_no_records() -> None:
    assert _folded() == []


def test_lone_surrogates_and_other_oddities_pass_through() -> None:
    records = _folded('{"id": "\\ud800", "text": "\\ud800 \\u0000 text"}', _line("", ""))
    assert [each["id"] for each in records] == ["\ud800", ""]


def test_progress_is_heard_line_by_line() -> None:
    heard: list[int] = []
    list(fold_lines([_line(1, "one"), "bad", _line(2, "two")], window=10, on_line=heard.append))
    assert heard == [1, 2, 3]
