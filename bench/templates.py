"""Pages made from templates that the labelled file doesn't have (`templates.toml`): each page is a story of its own."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

_SLOT = re.compile(r"\{(\w+)(?: (\d+) (\d+))?(#\d)?\}")


def pages(each: int = 20, seed: int = 1) -> list[tuple[str, str]]:
    """(family, text) of so many pages of each template, the same for one seed."""
    read = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    chance = random.Random(seed)
    return [(family, _filled(text, read["facts"], chance)) for family, text in read["templates"].items() for _ in range(each)]


def _filled(text: str, facts: Mapping[str, Sequence[str]], chance: random.Random) -> str:
    tagged: dict[str, str] = {}

    def fact(slot: re.Match[str]) -> str:
        kind, low, high, tag = slot.groups()
        if kind == "whole":
            return str(chance.randrange(int(low), int(high)))
        if kind == "decimal":
            return f"{chance.uniform(int(low), int(high)):.2f}"
        if tag is None:
            return chance.choice(facts[kind])
        return tagged.setdefault(kind + tag, chance.choice([each for each in facts[kind] if each not in tagged.values()]))

    return _SLOT.sub(fact, text)
