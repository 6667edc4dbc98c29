"""Text → words: where each begins, what it says when written plainly, and which of them are facts.

A word is a run of letters and digits, or one character of a script that writes without spaces (one cluster of consonant and
vowel signs in Thai, Lao, Khmer and Burmese). Facts are what tells one report from another of the same make: numbers, and
names. A name shows itself by a capital where the grammar asks for none, that is not after a break.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xxhash

from shared.stages.stop_words import STOP_WORDS

Hashes = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

NUMBER, CAPITAL, STOP, SINGLE = 1, 2, 4, 8
"""The low bits of a word's code; the rest of it is its hash. A break has the code 0."""
FLAG_BITS = 4

_IDEOGRAPH = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0963\u0966-\u0dff\u200c\u200d"
)
_LETTER = rf"(?:[^\W_{_IDEOGRAPH}{_UNSPACED}]|[{_MARKS}])"
_CLUSTER = (
    "[\u0e40-\u0e44\u0ec0-\u0ec4]?[\u0e01-\u0e2e\u0e81-\u0eae][\u0e30-\u0e3a\u0e45-\u0e4e\u0eb0-\u0ebd\u0ec6-\u0ecd]*"
    "|[\u1000-\u102a\u103f][\u102b-\u103e]*(?:(?<=\u1039)[\u1000-\u102a][\u102b-\u103e]*)*"
    "|[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17d3\u17dd])*"
    "|[\u0e50-\u0e59\u0ed0-\u0ed9\u1040-\u1049\u17e0-\u17e9]+"
)
_BREAK = '[.!?…。！？।؟۔]+["”’»)\\]]*(?=\\s|$)|[。！？।؟۔\n"“”„«»「」『』]'
_TOKEN = re.compile(rf"{_LETTER}+(?:['’.,:;]{_LETTER}+)*|[{_IDEOGRAPH}]|{_CLUSTER}|{_BREAK}")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc]{3,}")

_POSSESSIVE = re.compile("['’]s$")
_DIACRITICS = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]")
_ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"})
_SINGLE = re.compile(rf"[{_IDEOGRAPH}]|{_CLUSTER}")
_MEMORY = 200_000


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order. All arrays are as long as `hashes`, save `names`."""

    hashes: Hashes
    """A 64-bit hash of each word, its lowest `FLAG_BITS` bits 0."""
    numbers: Flags
    capitals: Flags
    """A capital that doesn't follow a break: a name, or a German noun."""
    stops: Flags
    singles: Flags
    """Characters or clusters of a script without spaces."""
    names: Hashes
    """Further facts that no word of its own carries: runs of katakana."""


def plain(word: str) -> str:
    """A word as it counts: lower case, without possessive s, optional vowel signs and thousands commas, digits as ASCII."""
    word = _POSSESSIVE.sub("", word).lower().replace("’", "'")
    if word.isascii():
        return word.replace(",", "") if word[0].isdigit() else word
    word = _DIACRITICS.sub("", word).translate(_ARABIC_LETTERS)
    if any(character.isdigit() for character in word):
        word = "".join(str(unicodedata.digit(character, character)) for character in word).replace("٬", "").replace("٫", ".")
        return word.replace(",", "") if word[:1].isdigit() else word
    return word


class _Codes(dict[str, int]):
    """Remembers the code of each word seen. Forgetting changes no result, so it forgets all when it grows too large."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _MEMORY:
            self.clear()
        code = self[token] = _code(token)
        return code


def _code(token: str) -> int:
    if not any(map(str.isalnum, token)):
        return 0
    word = plain(token)
    flags = SINGLE * (_SINGLE.match(token) is not None) + STOP * (word in STOP_WORDS or "\u3040" <= word < "\u30a0")
    if any(character.isdigit() for character in word):
        flags |= NUMBER
    elif token[0].isupper() and not flags & STOP:
        flags |= CAPITAL
    return xxhash.xxh3_64_intdigest(word.encode()) >> FLAG_BITS << FLAG_BITS | flags


_CODES = _Codes()


def words_of(text: str) -> Words:
    """Read a text once. Width and composition variants count as one (NFKC)."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    tokens = _TOKEN.findall(text)
    codes = np.fromiter(map(_CODES.__getitem__, tokens), np.uint64, len(tokens))
    is_word = codes != 0
    after_break = np.empty(len(codes), np.bool_)
    after_break[:1] = True
    np.logical_not(is_word[:-1], out=after_break[1:])
    words, after_break = codes[is_word], after_break[is_word]
    flags = words.astype(np.uint8)
    singles = flags & SINGLE != 0
    return Words(
        hashes=words >> np.uint64(FLAG_BITS) << np.uint64(FLAG_BITS),
        numbers=flags & NUMBER != 0,
        capitals=(flags & CAPITAL != 0) & ~after_break,
        stops=flags & STOP != 0,
        singles=singles,
        names=_katakana(text) if singles.any() else np.empty(0, np.uint64),
    )


def _katakana(text: str) -> Hashes:
    runs = _KATAKANA_RUN.findall(text)
    return np.fromiter((xxhash.xxh3_64_intdigest(run.encode()) >> FLAG_BITS << FLAG_BITS for run in runs), np.uint64, len(runs))
