"""Words that carry grammar, not news: no fact, and no ground for a key by themselves.

One set for all languages. A word that is grammar in one and news in another ("die", "war") is worth little as a key in
either, and facts lose nothing that numbers and names don't carry.
"""

from __future__ import annotations

from importlib.resources import files


def _read() -> frozenset[str]:
    lines = files("shared.stages").joinpath("stop_words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


STOP_WORDS = _read()
