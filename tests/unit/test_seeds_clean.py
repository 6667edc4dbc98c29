"""The five extracted articles that the project began with: what must go goes, what must stay stays."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from shared.stages.clean import Cleaned, clean
from shared.stages.clean.host_lines import body_sketch, host_lines_for, lines_to_learn, sightings_to_record

ROOT = Path(__file__).parents[2]
SEEDS = Path(os.environ.get("STORYFOLD_CORPORA", ROOT / ".." / "shared")) / "seeds"

pytestmark = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the seeds are not here: set STORYFOLD_CORPORA to the folder that holds them"
)


def expected(kind: str) -> dict[str, Any]:
    if not SEEDS.is_dir():
        return {}
    found: dict[str, Any] = json.loads((SEEDS / "expected.json").read_text("utf-8"))[kind]
    return found


def raw(name: str) -> str:
    return (SEEDS / name).read_text("utf-8")


def cleaned(name: str) -> Cleaned:
    return clean(raw(name))


@pytest.mark.parametrize("name", expected("must_go"))
def test_what_must_go_goes(name: str) -> None:
    assert [line for line in expected("must_go")[name] if line in cleaned(name).text] == []


@pytest.mark.parametrize("name", expected("must_stay"))
def test_what_must_stay_stays(name: str) -> None:
    assert [line for line in expected("must_stay")[name] if line not in cleaned(name).text] == []


@pytest.mark.parametrize("name", expected("metadata"))
def test_metadata_is_read_off_the_text(name: str) -> None:
    told, found = expected("metadata")[name], cleaned(name)
    assert told.get("title", found.title) == found.title
    assert told.get("published") in {None, found.published.date().isoformat() if found.published else None}


@pytest.mark.parametrize("name", expected("host_lines"))
def test_taglines_go_once_two_other_articles_of_the_host_have_shown_them(name: str) -> None:
    taglines = expected("host_lines")[name]
    bodies = [raw(other) for other in expected("must_stay") if other != name][:2]
    others = ["\n".join((*taglines, body)) for body in bodies]
    seen = [found for text in others for found in sightings_to_record(lines_to_learn(text), [], text, body_sketch(text))]
    learned = host_lines_for(seen, name, body_sketch(raw(name)))
    assert all(tagline in clean(raw(name)).text for tagline in taglines)
    assert not any(tagline in clean(raw(name), host_lines=learned).text for tagline in taglines)


def test_an_article_loses_no_paragraph() -> None:
    for name in expected("must_stay"):
        paragraphs = [line.strip() for line in raw(name).split("\n") if len(line.split()) > 30]
        kept = cleaned(name).text
        assert [paragraph for paragraph in paragraphs if paragraph not in kept and "date 2024" not in paragraph] == []


def test_nothing_is_held_back() -> None:
    assert [cleaned(name).notes for name in expected("must_stay")] == [()] * len(expected("must_stay"))
