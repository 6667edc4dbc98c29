"""The command: what it prints in a pipe and as JSON, and its errors, one sentence each."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import storyfold


@pytest.mark.parametrize(
    ("words", "settings", "complaint"),
    [
        (["show", "17"], {}, "There is no story 17; `storyfold stories` lists them."),
        (["show", "one"], {}, "Invalid value for 'STORY': 'one' is not a valid integer."),
        (["feeds", "add", "feed"], {}, "'feed' is no feed's address; it must begin with http:// or https://."),
        (
            ["feeds", "remove", "https://a.example/f"],
            {},
            "There is no feed https://a.example/f; `storyfold feeds list` shows all.",
        ),
        (["feeds", "import", "no.opml"], {}, "The feed list no.opml can't be read: no such file or directory."),
        (["feeds", "import", "bad.opml"], {}, "The feed list bad.opml is not well-formed OPML"),
        (["run", "--feeds", "bad.opml"], {}, "The feed list bad.opml is not well-formed OPML"),
        (["run"], {"REDIS_URL": "redis://127.0.0.1:1/0"}, "The queue can't be reached"),
        (["stories"], {"DATABASE_URL": "postgresql://u:secret@127.0.0.1:1/none"}, "The database can't be reached"),
        (["stories"], {"DATABASE_URL": "mysql://u:secret@h/d"}, "DATABASE_URL is no URL of a database"),
        (["status"], {"STORYFOLD_LEASE": "soon"}, "STORYFOLD_LEASE is 'soon'; it must be a number from 5 to 3600."),
        (["run"], {"STORYFOLD_ALLOW_ADDRESSES": "home"}, "STORYFOLD_ALLOW_ADDRESSES"),
        (["frobnicate"], {}, "No such command 'frobnicate'."),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_2(
    tmp_path: Path, words: list[str], settings: dict[str, str], complaint: str
) -> None:
    (tmp_path / "bad.opml").write_text("<opml><body>")
    done = storyfold(tmp_path, *words, **settings)
    assert done.returncode == 2, done.stdout + done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("storyfold: ")
    assert complaint in last
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_feeds_are_added_listed_exported_and_removed(tmp_path: Path) -> None:
    assert storyfold(tmp_path, "feeds", "add", "https://a.example/f", "https://b.example/f").returncode == 0
    listed = json.loads(storyfold(tmp_path, "feeds", "list", "--json").stdout)
    assert [feed["url"] for feed in listed] == ["https://a.example/f", "https://b.example/f"]
    (tmp_path / "saved.opml").write_text(storyfold(tmp_path, "feeds", "export").stdout)
    assert storyfold(tmp_path, "feeds", "remove", "https://a.example/f").returncode == 0
    assert storyfold(tmp_path, "feeds", "export", "--format", "plain").stdout == "https://b.example/f\n"
    again = storyfold(tmp_path, "feeds", "import", "saved.opml", "--json")
    assert json.loads(again.stdout) == {"added": 1, "known": 1}


def test_good_feeds_are_added_although_one_is_bad(tmp_path: Path) -> None:
    assert storyfold(tmp_path, "feeds", "add", "https://a.example/f", "nonsense").returncode == 2
    assert storyfold(tmp_path, "feeds", "export", "--format", "plain").stdout == "https://a.example/f\n"


def test_lists_in_a_pipe_are_plain_lines(tmp_path: Path) -> None:
    storyfold(tmp_path, "feeds", "add", "https://a.example/f")
    [line] = storyfold(tmp_path, "feeds", "list").stdout.splitlines()
    assert line.split("\t")[0] == "https://a.example/f"


def test_status_on_an_empty_database_tells_that_nothing_is_there(tmp_path: Path) -> None:
    status = json.loads(storyfold(tmp_path, "status", "--json").stdout)
    assert status == {"feeds": 0, "feeds failing": 0, "stories": 0, "raw pages": "none", "links": {}, "queue": "not running"}
    assert storyfold(tmp_path, "status", "--check").returncode == 1


@pytest.mark.parametrize("words", [[], ["run"], ["demo"], ["serve"], ["feeds"], ["submit"], ["stories"], ["show"], ["status"]])
def test_every_command_explains_itself(tmp_path: Path, words: list[str]) -> None:
    told = storyfold(tmp_path, *words, "--help")
    assert told.returncode == 0
    assert told.stdout.startswith("Usage: ")
    assert len(told.stdout.splitlines()) > 4
