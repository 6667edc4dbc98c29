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
Kinds = npt.NDArray[np.uint8]

NUMBERS, NAMES, OTHERS, STOPS = range(4)
"""The kinds of words, as `Words.kinds` has them."""

NUMBER, CAPITAL, STOP, SINGLE, ARTICLE, INFLECTED = 1, 2, 4, 8, 16, 32
"""The low bits of a word's code; the rest of it is its hash. A break has the code 0."""
FLAG_BITS = 6
_FLAGS = np.uint8(2**FLAG_BITS - 1)
_HASH = np.uint64(2**64 - 2**FLAG_BITS)


def _kind(flags: int) -> int:
    return NUMBERS if flags & NUMBER else STOPS if flags & STOP else NAMES if flags & CAPITAL else OTHERS


_KIND_OF_FLAGS = np.array([_kind(flags) for flags in range(2**FLAG_BITS)], np.uint8)

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
_BREAK = '[.!?…。！？।؟۔\n"“”„«»「」『』]'
_ANY_SCRIPT = re.compile(rf"{_LETTER}++(?:['’.,:;]{_LETTER}++)*+|[{_IDEOGRAPH}]|{_CLUSTER}|{_BREAK}")
_EUROPEAN = re.compile(r"\w++(?:['’.,:;]\w++)*+|[.!?…" + '\n"“”„«»]')
"""Two and a half times as fast, and enough for Latin, Greek and Cyrillic letters."""
_NOT_EUROPEAN = re.compile("[\u0300-\u036f\u0483-\u0489\u0590-\u1dff\u2c00-\U0010ffff]")
_KATAKANA_RUN = re.compile("[\u30a1-\u30fa\u30fc]{3,}")

_POSSESSIVE = re.compile("['’]s$")
_DIACRITICS = re.compile("[\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]")
_ARABIC_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"})
_SINGLE = re.compile(rf"[{_IDEOGRAPH}]|{_CLUSTER}")
_GERMAN_ARTICLE = re.compile(
    "d(?:er|ie|as|en|em|es)|k?ein(?:e[nmrs]?)?|im|am|zu[mr]|vom|beim|ins|ans|(?:dies|jed)e[nmrs]?|(?:ihr|sein|unser|mein)(?:e[nmrs]?)?"
)
_GERMAN_ADJECTIVE = re.compile("[a-zäöüß]{2,}(?:(?<!t)e|en|er|es|em)")
"""Verbs in the past end in -te ("sagte Merkel"), and few adjectives."""
_MEMORY = 200_000


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text in order. All arrays are as long as `hashes`, save `katakana`."""

    hashes: Hashes
    """A 64-bit hash of each word, its lowest `FLAG_BITS` bits 0."""
    kinds: Kinds
    """Number, name, other or stop word. A name is a capital that follows neither a break nor, in German, an article."""
    singles: Flags
    """Characters or clusters of a script without spaces."""
    katakana: Hashes
    """Further names that no word of its own carries: runs of katakana, in which Japanese writes foreign names."""


def words_of(text: str) -> Words:
    """Read a text once. Width and composition variants count as one (NFKC)."""
    text = normal(text)
    codes = _codes(text)
    is_word = codes != 0
    after_break = np.ones_like(is_word)
    np.logical_not(is_word[:-1], out=after_break[1:])
    words = codes[is_word]
    flags = words.astype(np.uint8) & _FLAGS
    kinds = _KIND_OF_FLAGS[flags]
    kinds[(kinds == NAMES) & (after_break[is_word] | _german_nouns(flags))] = OTHERS
    singles = flags & SINGLE != 0
    return Words(words & _HASH, kinds, singles, _katakana(text, singles))


def _german_nouns(flags: Kinds) -> Flags:
    """German nouns have a capital too: there, what has an article or an adjective before it is no name.

    A text is German if articles stand before more than 15 % of its capitals (a third, in news).
    """
    capitals: Flags = flags & CAPITAL != 0
    capitals[:1] = False
    articles = (flags[:-1] & ARTICLE != 0) & capitals[1:]
    if int(articles.sum()) > 0.15 * int(capitals.sum()):
        capitals[1:] &= flags[:-1] & (ARTICLE | INFLECTED) != 0
        return capitals
    return np.zeros_like(capitals)


def plain(word: str) -> str:
    """A word as it counts: lower case, without possessive s and optional vowel signs. See `_plain_number` for numbers."""
    word = _POSSESSIVE.sub("", word).lower().replace("’", "'").strip("_")
    if not word.isascii():
        word = _DIACRITICS.sub("", word).translate(_ARABIC_LETTERS)
    return _plain_number(word) if word[:1].isdigit() else word


def _plain_number(word: str) -> str:
    """ASCII digits, no thousands commas, a point for a colon, and no unit: 8.6m and "8.6 million" are one number."""
    if not word.isascii():
        word = "".join(str(unicodedata.digit(character, character)) for character in word).replace("٬", "").replace("٫", ".")
    return re.sub("[^0-9.].*", "", word.replace(",", "").replace(":", ".")).rstrip(".")


def normal(text: str) -> str:
    """One way of writing what can be written in several: full-width letters, composed accents (NFKC)."""
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text
    return unicodedata.normalize("NFKC", text)


class _OtherScriptError(Exception):
    """Raised at the first word that the European pattern can't read."""


class _Codes(dict[str, int]):
    """Remembers the code of each word seen. Forgetting changes no result, so it forgets all when it grows too large."""

    def __missing__(self, token: str) -> int:
        if len(self) >= _MEMORY:
            self.clear()
        code = self[token] = _code(token)
        return code


class _EuropeanCodes(_Codes):
    def __missing__(self, token: str) -> int:
        if not token.isascii() and _NOT_EUROPEAN.search(token):
            raise _OtherScriptError
        return super().__missing__(token)


_CODES = _Codes()
_EUROPEAN_CODES = _EuropeanCodes()


def _codes(text: str) -> Hashes:
    try:
        return _coded(_EUROPEAN.findall(text), _EUROPEAN_CODES)
    except _OtherScriptError:
        return _coded(_ANY_SCRIPT.findall(text), _CODES)


def _coded(tokens: list[str], codes: _Codes) -> Hashes:
    return np.fromiter(map(codes.__getitem__, tokens), np.uint64, len(tokens))


def places_of(text: str) -> list[tuple[int, int]]:
    """Where each word of `words_of(text)` begins and ends, in the text as `normal` writes it."""
    text = normal(text)
    try:
        return [found.span() for found in _EUROPEAN.finditer(text) if _EUROPEAN_CODES[found[0]]]
    except _OtherScriptError:
        return [found.span() for found in _ANY_SCRIPT.finditer(text) if _CODES[found[0]]]


def katakana_runs(text: str) -> dict[int, str]:
    """Hash → run of katakana, for those in `Words.katakana`."""
    return {_hash(run): run for run in _KATAKANA_RUN.findall(normal(text))}


def _code(token: str) -> int:
    word = plain(token)
    if not any(map(str.isalnum, word)):
        return 0
    flags = SINGLE * (_SINGLE.match(token) is not None) | STOP * (word in STOP_WORDS or "\u3040" <= word < "\u30a0")
    if any(map(str.isdigit, word)):
        flags |= NUMBER
    elif token[0].isupper() and not flags & STOP:
        flags |= CAPITAL
    elif _GERMAN_ARTICLE.fullmatch(word):
        flags |= ARTICLE
    elif _GERMAN_ADJECTIVE.fullmatch(word):
        flags |= INFLECTED
    return _hash(word) | flags


def _hash(word: str) -> int:
    return xxhash.xxh3_64_intdigest(word.encode()) >> FLAG_BITS << FLAG_BITS


def _katakana(text: str, singles: Flags) -> Hashes:
    runs = _KATAKANA_RUN.findall(text) if singles.any() else []
    return np.fromiter(map(_hash, runs), np.uint64, len(runs))
