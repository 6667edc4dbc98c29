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
_MEMORY = 150_000


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
    codes = _codes(text)
    flags = codes.astype(np.uint8) & _FLAGS
    kinds = _KIND_OF_FLAGS[flags]
    seen = int(np.bitwise_or.reduce(flags, initial=0))
    is_word = codes != 0
    capitals = kinds == NAMES
    capitals[:1] = False
    capitals[1:] &= is_word[:-1]
    if seen & ARTICLE:
        capitals &= ~_german_nouns(flags, capitals)
    kinds[(kinds == NAMES) & ~capitals] = OTHERS
    hashes, kinds, flags = codes[is_word] & _HASH, kinds[is_word], flags[is_word]
    return Words(hashes, kinds, flags & SINGLE != 0, _katakana(text) if seen & SINGLE else np.empty(0, np.uint64))


def _german_nouns(flags: Kinds, capitals: Flags) -> Flags:
    """German nouns have a capital too: there, what has an article or an adjective before it is no name.

    A text is German if articles stand before more than 15 % of its capitals (a third, in news).
    """
    nouns = np.zeros_like(capitals)
    after_article = (flags[:-1] & ARTICLE != 0) & capitals[1:]
    if int(np.count_nonzero(after_article)) > 0.15 * int(np.count_nonzero(capitals)):
        nouns[1:] = flags[:-1] & (ARTICLE | INFLECTED) != 0
    return nouns


def plain(word: str) -> str:
    """A word as it counts: lower case, without possessive s and optional vowel signs. See `_plain_number` for numbers."""
    word = _POSSESSIVE.sub("", normal(word)).lower().replace("’", "'").strip("_")
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


class _Memory(dict[str, bytes]):
    """Remembers what was read before. Forgetting changes no result, so it forgets all when it grows too large."""

    def remember(self, token: str, codes: bytes) -> bytes:
        if len(self) >= _MEMORY:
            self.clear()
        self[token] = codes
        return codes


class _Codes(_Memory):
    """Word or break → its code, 8 bytes."""

    def __missing__(self, token: str) -> bytes:
        return self.remember(token, _code(token).to_bytes(8, "little"))


class _Runs(_Memory):
    """What stands between two spaces, in European letters → the codes of its words and breaks."""

    def __missing__(self, run: str) -> bytes:
        if not run.isascii() and _NOT_EUROPEAN.search(run):
            raise _OtherScriptError
        return self.remember(run, b"".join(map(_CODES.__getitem__, _EUROPEAN.findall(run))))


_STOP_WORDS = frozenset(map(plain, STOP_WORDS))
_CODES = _Codes()
_RUNS = _Runs()


def _codes_of_runs(text: str) -> bytes:
    return b"".join(map(_RUNS.__getitem__, text.replace("\n", " \n ").split(" ")))


def _codes(text: str) -> Hashes:
    """The code of each word and break. Most runs between spaces were seen before, so that few are taken apart."""
    try:
        codes = _codes_of_runs(text)
    except _OtherScriptError:
        codes = b"".join(map(_CODES.__getitem__, _ANY_SCRIPT.findall(normal(text))))
    return np.frombuffer(codes, "<u8")


def spelled(text: str) -> list[str]:
    """What stands in `text` from the beginning of each word of `words_of(text)` to that of the next, spaces made one."""
    try:
        _codes_of_runs(text)
        pattern = _EUROPEAN
    except _OtherScriptError:
        text, pattern = normal(text), _ANY_SCRIPT
    found = [each for each in pattern.finditer(text) if _code(each[0])]
    ends = [*(each.start() for each in found[1:]), len(text)][: len(found)]
    return [re.sub(r"\s+", " ", text[each.start() : end]) for each, end in zip(found, ends, strict=True)]


def katakana_runs(text: str) -> dict[int, str]:
    """Hash → run of katakana, for those in `Words.katakana`."""
    return {_hash(run): run for run in _KATAKANA_RUN.findall(normal(text))}


def _code(token: str) -> int:
    word = plain(token)
    if not any(map(str.isalnum, word)):
        return 0
    flags = SINGLE * (_SINGLE.match(token) is not None) | STOP * (word in _STOP_WORDS or "\u3040" <= word < "\u30a0")
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


def _katakana(text: str) -> Hashes:
    runs = _KATAKANA_RUN.findall(normal(text))
    return np.fromiter(map(_hash, runs), np.uint64, len(runs))
