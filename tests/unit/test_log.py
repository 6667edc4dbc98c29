"""Log lines: one shape for people, one for programs, and no way for a feed to write to somebody's terminal."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared import log
from shared.config import settings_from


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Other tests read the log as it is where nobody configured it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def line(capsys: pytest.CaptureFixture[str], style: str, **facts: object) -> str:
    log.configure(settings_from({"STORYFOLD_LOG": style}), "extract")
    log.logger().info("extract", **facts)
    return capsys.readouterr().out.rstrip("\n")


def test_a_line_for_programs_is_one_json_object_with_its_keys_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(line(capsys, "json", ms_total=12.5, url="https://a.example/1", outcome="extracted"))
    assert list(told) == ["at", "level", "process", "event", "outcome", "url", "ms_total"]
    assert (told["process"], told["event"], told["outcome"]) == ("extract", "extract", "extracted")


def test_a_line_for_people_names_event_outcome_and_url_first(capsys: pytest.CaptureFixture[str]) -> None:
    told = line(capsys, "plain", outcome="joined", story=7, ms_total=12.5, url="https://a.example/1", host="a.example", link=3)
    assert told.split()[1:] == ["extract", "joined", "https://a.example/1", "story=7", "ms_total=12"]


def test_a_line_for_people_names_the_process_where_the_event_does_not_tell_it(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(settings_from({"STORYFOLD_LOG": "plain"}), "dedup")
    log.logger().info("worker", outcome="started")
    assert capsys.readouterr().out.split()[1:] == ["worker", "started", "process=dedup"]


def test_facts_that_are_not_known_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert "byline" not in line(capsys, "plain", outcome="extracted", byline=None)


def test_control_characters_from_outside_are_shown_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    told = line(capsys, "plain", outcome="extracted", url="https://a.example/\x1b[2J\nforged line", title="a\x1b]0;b\x07")
    assert "\x1b" not in told
    assert "\n" not in told


def test_context_is_bound_to_the_lines_inside_and_forgotten_after(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(settings_from({"STORYFOLD_LOG": "json"}), "dedup")
    with log.unit_of_work(link=5):
        log.logger().info("fold", outcome="joined")
    log.logger().info("fold", outcome="joined")
    first, second = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert first["link"] == 5
    assert "link" not in second


def test_a_library_s_warning_has_our_shape(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(settings_from({"STORYFOLD_LOG": "json"}), "extract")
    logging.getLogger("rq.worker").warning("Worker %s: cold shut down", "w1")
    told = json.loads(capsys.readouterr().out)
    assert (told["event"], told["message"], told["process"]) == ("rq", "Worker w1: cold shut down", "extract")


def test_a_library_s_chatter_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(settings_from({}), "extract")
    logging.getLogger("rq.worker").info("Job OK")
    assert capsys.readouterr().out == ""


def test_an_exception_follows_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(settings_from({"STORYFOLD_LOG": "plain"}), "extract")
    log.logger().error("job", outcome="crashed", exc_info=ZeroDivisionError("by nought"))
    first, *rest = capsys.readouterr().out.splitlines()
    assert "crashed" in first
    assert rest[-1] == "ZeroDivisionError: by nought"


def test_a_stopwatch_counts_milliseconds() -> None:
    watch = log.Stopwatch()
    assert 0 <= watch.ms() <= watch.ms() < 60_000
