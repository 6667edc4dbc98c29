"""Settings: read from the environment, refused in one sentence, and each documented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shared.config import described_settings, settings_from
from shared.failures import Mistake

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def row(described: Mapping[str, Any]) -> str:
    default = f"`{described['default']}`" if described["default"] else "–"
    return f"| `{described['variable']}` | {default} | {described['meaning']} |"


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = settings_from({})
    assert (settings.batch_links, settings.lease, settings.log) == (20, 45.0, "auto")


def test_the_embedded_database_lives_in_the_state_folder(tmp_path: Path) -> None:
    assert settings_from({"STORYFOLD_STATE": str(tmp_path)}).database == f"sqlite:///{tmp_path}/storyfold.db"


def test_an_empty_variable_counts_as_unset() -> None:
    assert settings_from({"STORYFOLD_BATCH_LINKS": " "}).batch_links == 20


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("STORYFOLD_BATCH_LINKS", "many", "STORYFOLD_BATCH_LINKS is 'many'; it must be a whole number from 1 to 200."),
        ("STORYFOLD_BATCH_LINKS", "0", "STORYFOLD_BATCH_LINKS is '0'; it must be a whole number from 1 to 200."),
        ("STORYFOLD_LEASE", "soon", "STORYFOLD_LEASE is 'soon'; it must be a number from 5 to 3600."),
        ("STORYFOLD_LOG", "loud", "STORYFOLD_LOG is 'loud'; it must be one of auto, pretty, plain, json."),
    ],
)
def test_a_value_that_cannot_be_used_is_told_in_one_sentence(variable: str, value: str, sentence: str) -> None:
    with pytest.raises(Mistake) as told:
        settings_from({variable: value})
    assert str(told.value) == sentence


@pytest.mark.parametrize("name", described_settings())
def test_every_setting_is_documented_as_it_is(name: str) -> None:
    assert row(described_settings()[name]) in DOCS.read_text().splitlines()


def test_every_documented_setting_exists() -> None:
    documented = [line for line in DOCS.read_text().splitlines() if line.startswith("| `")]
    assert documented == [row(described) for described in described_settings().values()]
