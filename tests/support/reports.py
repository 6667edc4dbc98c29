"""Reports in many scripts, written for these tests (`reports.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reports:
    """What was written in one language."""

    report: str
    edited: str
    """The same text: reworded and shortened, as an editor would."""
    independent: str
    """Another reporter's text on the same event."""
    pages: list[str]
    """Two pages of one template."""


_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

BY_LANGUAGE = {language: Reports(**texts) for language, texts in _TEXTS.items()}
