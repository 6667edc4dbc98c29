"""The language of a text, read off the text."""

from __future__ import annotations

import pytest

from shared.stages.language import language_of, two_letters

SENTENCES = {
    "de": "Der Hafen wurde am Dienstag wieder geöffnet, nachdem der schwerste Sturm seit zwölf Jahren vorübergezogen war.",
    "fr": "Le port a rouvert mardi matin après la plus forte tempête que la ville ait connue depuis une douzaine d'années.",
    "es": "El puerto reabrió el martes por la mañana después de la peor tormenta que ha vivido la ciudad en doce años.",
    "ru": "Порт снова открылся во вторник утром после самого сильного шторма за последние двенадцать лет.",
    "ja": "港は火曜日の朝、十二年ぶりの激しい嵐が過ぎ去ったあとに再び開かれ、最初のフェリーが入港した。",
    "zh": "经历了十二年来最猛烈的暴风雨之后，港口于星期二早晨重新开放，第一批渡轮已经驶入。",
    "ar": "أعيد فتح الميناء صباح الثلاثاء بعد أشد عاصفة شهدتها المدينة منذ اثني عشر عاما ودخلت العبارات الأولى.",
    "hi": "बारह साल के सबसे भीषण तूफ़ान के बाद मंगलवार सुबह बंदरगाह फिर से खुल गया और पहली नौकाएँ अंदर आईं।",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_a_text_tells_its_language(language: str, sentence: str) -> None:
    assert language_of(sentence, None) == language


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_a_page_that_says_english_by_default_is_not_believed(language: str, sentence: str) -> None:
    assert language_of(sentence, "en-US") == language


def test_of_languages_that_are_alike_the_page_decides() -> None:
    danish = "Havnen åbnede igen tirsdag morgen efter den værste storm i tolv år, og de første færger sejlede ind."
    assert language_of(danish, "nb-NO") == "no"


def test_a_text_too_short_to_tell_is_what_its_page_says() -> None:
    assert language_of("OK", "pt_BR") == "pt"


@pytest.mark.parametrize("text", ["", "1 234 - 5,6"])
def test_a_text_without_words_is_what_its_page_says(text: str) -> None:
    assert language_of(text, "fr") == "fr"
    assert language_of(text, None) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("en-US", "en"),
        ("pt_BR", "pt"),
        ("iw", "he"),
        ("nb", "no"),
        ("EN", "en"),
        ("", None),
        (None, None),
        ("x-y", None),
        ("english", None),
    ],
)
def test_names_of_languages_become_two_letters(name: str | None, code: str | None) -> None:
    assert two_letters(name) == code
