"""Where a run's feeds come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.feed_sources import FeedSource, feeds_told, read_feed_file, write_opml
from shared.config import settings_from
from shared.failures import Mistake

OPML = '<?xml version="1.0"?><opml version="2.0"><body><outline text="n"><outline xmlUrl="https://a.example/f"/></outline></body></opml>'


def test_the_command_line_counts_most(tmp_path: Path) -> None:
    settings = settings_from({"FEEDS": "https://env.example/f"})
    assert feeds_told(settings, ["https://cli.example/f"], None, tmp_path) == FeedSource(
        "the command line", ("https://cli.example/f",)
    )


def test_the_environment_comes_before_files(tmp_path: Path) -> None:
    (tmp_path / "feeds.txt").write_text("https://file.example/f\n")
    settings = settings_from({"FEEDS": "https://a.example/f https://b.example/f"})
    assert feeds_told(settings, [], None, tmp_path) == FeedSource("FEEDS", ("https://a.example/f", "https://b.example/f"))


def test_a_plain_list_may_have_comments_and_empty_lines(tmp_path: Path) -> None:
    (tmp_path / "feeds.txt").write_text("# mine\n\nhttps://a.example/f  # daily\nhttps://b.example/f#part\n")
    assert read_feed_file(tmp_path / "feeds.txt") == ("https://a.example/f", "https://b.example/f#part")


def test_opml_comes_before_the_plain_list_and_may_be_nested(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text(OPML)
    (tmp_path / "feeds.txt").write_text("https://b.example/f\n")
    assert feeds_told(settings_from({}), [], None, tmp_path) == FeedSource("feeds.opml", ("https://a.example/f",))


def test_a_list_of_comments_alone_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "feeds.txt").write_text("# nothing yet\n")
    assert feeds_told(settings_from({}), [], None, tmp_path) is None


@pytest.mark.parametrize(
    ("body", "complaint"),
    [("<opml><body>", "is not well-formed OPML"), ("<html></html>", "names no feed"), (None, "can't be read: no such file")],
)
def test_a_bad_file_is_told_in_one_sentence(tmp_path: Path, body: str | None, complaint: str) -> None:
    path = tmp_path / "list.opml"
    if body is not None:
        path.write_text(body)
    with pytest.raises(Mistake, match=complaint):
        read_feed_file(path)


def test_what_is_exported_can_be_imported(tmp_path: Path) -> None:
    path = tmp_path / "out.opml"
    path.write_text(write_opml([("https://a.example/f?x=1&y=2", "A & B"), ("https://b.example/f", None)]))
    assert read_feed_file(path) == ("https://a.example/f?x=1&y=2", "https://b.example/f")


def test_opml_reads_no_files_through_entities(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    path = tmp_path / "evil.opml"
    path.write_text(
        f'<!DOCTYPE o [<!ENTITY e SYSTEM "file://{secret}">]><opml><body><outline xmlUrl="https://a.example/&e;"/></body></opml>'
    )
    with pytest.raises(Mistake, match="external entity"):
        read_feed_file(path)
