"""The language of a text: read off the text, with the page's own word where that could be either."""

from __future__ import annotations

# On one news sentence in each of 39 languages py3langid named 39, resiliparse 29, a hundred times faster: where the latter
# agrees with the page, that is enough.
from py3langid import classify
from resiliparse.parse.lang import detect_fast

from shared.stages.clean.lines import count_words

_READ = 600
"""Characters that are read; more changes nothing and takes longer."""
_LEAST = 10
"""Under this many words the page's word counts more."""
_OTHER_NAMES = {"iw": "he", "in": "id", "ji": "yi", "nb": "no", "nn": "no", "mo": "ro", "sh": "sr"}
_ALIKE = (
    frozenset({"bs", "hr", "sr"}),
    frozenset({"id", "ms", "jv"}),
    frozenset({"no", "da"}),
    frozenset({"gl", "pt"}),
    frozenset({"cs", "sk"}),
    frozenset({"nl", "af"}),
    frozenset({"xh", "zu"}),
    frozenset({"es", "an", "ca", "gl"}),
    frozenset({"fa", "ps", "ur", "ku"}),
    frozenset({"hi", "mr", "ne"}),
    frozenset({"ru", "bg", "mk", "be", "uk", "kk", "ky"}),
)
"""Languages that a guess mixes up: among these the page's own word decides."""


def language_of(text: str, declared: str | None) -> str | None:
    """ISO 639-1 of a text; `declared` is what its page says in any usual form ("en-US", "pt_BR"), often by default only."""
    said = two_letters(declared)
    start = text[:_READ]
    if said and count_words(start) < _LEAST:
        return said
    if not any(letter.isalpha() for letter in start) or (said and detect_fast(start)[0] == said):
        return said
    guessed = two_letters(classify(start)[0])
    return said if said and any(said in group and guessed in group for group in _ALIKE) else guessed


def two_letters(name: str | None) -> str | None:
    """Its ISO 639-1 code: "en-US" → "en", "iw" → "he"; None for what names no language."""
    code = (name or "").replace("_", "-").split("-")[0].strip().lower()
    code = _OTHER_NAMES.get(code, code)
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None
