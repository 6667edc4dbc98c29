from __future__ import annotations

import pytest

from bench.templates import pages
from shared.stages.figures import Figures, compare
from shared.stages.fingerprint import fingerprint
from shared.stages.same_text import Verdict, same_text
from tests.support.reports import BY_LANGUAGE

ENGLISH = BY_LANGUAGE["English"]


def _figures(one: str, other: str) -> Figures:
    return compare(fingerprint(one).payload, [fingerprint(other).payload])[0]


def _verdict(one: str, other: str, *, same_host: bool = False) -> Verdict:
    return same_text(_figures(one, other), same_host=same_host)


def _sentences(text: str) -> list[str]:
    return [f"{sentence}." for sentence in text.replace("\n", " ").rstrip(".").split(". ")]


@pytest.mark.parametrize("language", BY_LANGUAGE)
class TestInEachLanguage:
    def test_an_edited_copy_is_the_same_text(self, language: str) -> None:
        assert _verdict(BY_LANGUAGE[language].report, BY_LANGUAGE[language].edited).same

    def test_an_independent_report_on_the_event_is_another(self, language: str) -> None:
        assert not _verdict(BY_LANGUAGE[language].report, BY_LANGUAGE[language].independent).same
        assert not _verdict(BY_LANGUAGE[language].edited, BY_LANGUAGE[language].independent).same

    def test_pages_of_one_template_are_two_whatever_their_host(self, language: str) -> None:
        one, other = BY_LANGUAGE[language].pages
        assert not _verdict(one, other).same
        assert not _verdict(one, other, same_host=True).same

    def test_the_first_half_is_the_same_text(self, language: str) -> None:
        report = BY_LANGUAGE[language].report
        assert _verdict(report[: len(report) // 2], report).same


def test_words_in_lower_case_still_fold() -> None:
    """Sites that write all in lower case have no names to agree on."""
    assert _verdict(ENGLISH.report.lower(), ENGLISH.edited.lower()).same
    assert not _verdict(ENGLISH.pages[0].lower(), ENGLISH.pages[1].lower()).same


def test_a_correction_of_numbers_is_the_same_text() -> None:
    corrected = ENGLISH.report.replace("214", "221").replace("17", "23")
    assert _verdict(ENGLISH.report, corrected).same


def test_names_that_are_exchanged_make_another_text() -> None:
    other = ENGLISH.report
    for name, exchanged in {
        "Nordlys": "Aurora",
        "Skarvik": "Lindesnes",
        "Brevoy": "Utsira",
        "Ingrid Solheim": "Per Hagen",
    }.items():
        other = other.replace(name, exchanged)
    verdict = _verdict(ENGLISH.report, other.replace("Fjordline", "Westkyst").replace("Bergen", "Oslo").replace("214", "96"))
    assert not verdict.same


def test_each_text_about_a_name_that_the_other_never_mentions_is_another() -> None:
    many = """How to watch {0} live: {0} play on Sky Sports in Great Britain, on Fubo in the United States, on DAZN in Canada.
    Fans abroad can follow {0} with a VPN on Apple TV, Xbox and PlayStation."""
    verdict = _verdict(many.format("Hexham"), many.format("Selby"))
    assert verdict == Verdict(same=False, line="each is about a name that the other never mentions")


def test_pages_about_two_matches_of_which_one_team_plays_in_both_are_two() -> None:
    many = """{0} host {1} in the cup on Sunday. {0} against {1} is shown live on Sky Sports in Great Britain, on Fubo in the
    United States, on DAZN in Canada and on Canal Plus in France. {0} fans and {1} fans abroad can follow it with a VPN on Apple
    TV."""
    verdict = _verdict(many.format("Hexham", "Selby"), many.format("Hexham", "Thirsk"))
    assert not verdict.same
    assert _verdict(many.format("Hexham", "Selby"), many.format("Hexham", "Selby") + " Good luck.").same


def test_a_translator_who_spells_the_main_name_otherwise_tells_the_same() -> None:
    one = ENGLISH.report.replace("Nordlys", "Nordlis") + " The Nordlis was built in 1998. Skarvik mourns the Nordlis."
    other = ENGLISH.edited.replace("Nordlys", "Nordlys") + " The Nordlys was built in 1998. Skarvik mourns the Nordlys."
    assert _figures(one, other).strangers
    assert _verdict(one, other).same


def test_texts_worded_alike_that_agree_on_fewer_facts_than_words_are_pages_of_one_make() -> None:
    one = """Mr. and Mrs. Aldous of Colne announce the engagement of their daughter Grace to Luis Norcross, son of Mr. and Mrs.
    Norcross of Ripley. She is a nurse at Colne General Hospital in the County of York. He works at Mondo in the Town of
    Leeds. They will exchange vows at Saint Peter Church before they move to Oakham."""
    other = one
    for name, exchanged in {
        "Aldous": "Jessop",
        "Grace": "Irene",
        "Luis": "Jakub",
        "Norcross": "Iverson",
        "Mondo": "Orbis",
    }.items():
        other = other.replace(name, exchanged)
    assert _verdict(one, other.replace("Ripley", "Whitby").replace("Oakham", "Selby")).same is False


def test_two_reports_that_tell_the_same_facts_in_another_order_are_two() -> None:
    parts = [f"and {town} gave {number} boats" for number, town in enumerate(_TOWNS, 31)]
    one = "The fleet that left today is the largest in memory: " + ", ".join(parts) + "."
    mixed = [parts[(7 * place) % 25].replace("and ", "while also ").replace(" gave ", " sent ") for place in range(25)]
    other = "Never before did so many ships go to sea together; " + ", ".join(mixed) + "."
    assert _figures(one, other).facts_agree == 1
    assert not _verdict(one, other).same


def test_where_every_number_is_another_it_is_no_correction() -> None:
    quake = """An earthquake of magnitude {} was felt at {} in the Province of Sivas and the Valley of Ordu. The Disaster Agency
    AFAD said that it happened at a depth of {} kilometres. Nobody was hurt, and no damage was reported in the villages nearby.
    Teams of the Disaster Agency went on looking at houses until the evening, and people were asked to follow what AFAD
    announces."""
    assert not _verdict(quake.format("4.1", "10.45", "7.2"), quake.format("3.3", "21.10", "11.5")).same
    assert _verdict(quake.format("4.1", "10.45", "7.2"), quake.format("4.2", "10.45", "7.2")).same


def test_two_pages_of_one_host_must_be_nearly_identical() -> None:
    assert _verdict(ENGLISH.report, ENGLISH.edited).same
    assert not _verdict(ENGLISH.report, ENGLISH.edited, same_host=True).same
    assert _verdict(ENGLISH.report, ENGLISH.report + " The harbour opens again tomorrow.", same_host=True).same


def test_one_host_may_repeat_a_text_that_has_neither_numbers_nor_names() -> None:
    text = "the wind had dropped before dawn and the boats came in one after another, heavy with fish and slow in the swell"
    assert _verdict(text, text + " of the bay", same_host=True).same


def test_short_texts_are_the_same_only_if_identical() -> None:
    short = "Police have closed the bridge after a crash."
    assert _verdict(short, short) == Verdict(same=True, line="identical")
    assert not _verdict(short, short.replace("bridge", "road")).same
    assert not _verdict("Read more", "Read more").same


def test_a_list_that_two_reports_share_does_not_make_them_one() -> None:
    """Tour dates, line-ups and results are facts that independent reports have in common."""
    one = """Nine years after she walked off a stage in tears, the singer will tour again, her agency announced on Friday.
    Tickets go on sale next week. """
    other = """Posters that appeared overnight have ended a long silence: fans can expect two hours of old songs and a new band.
    Prices weren't disclosed. """
    one += ". ".join(f"June {day}, {town} Arena, {town}" for day, town in enumerate(_TOWNS, 1))
    other += ". ".join(f"{town}: Arena of {town}, {day} June" for day, town in enumerate(_TOWNS, 1))
    figures = _figures(one, other)
    assert figures.words > 0.4
    assert figures.facts_agree > 0.9
    assert not _verdict(one, other).same


_TOWNS = [f"{start}{end}" for start in ("Nor", "Wes", "Eas", "Sud", "Mid") for end in ("ham", "ton", "by", "wick", "ford")]


def test_of_templates_never_seen_before_few_pairs_look_the_same_and_hardly_any_on_one_host() -> None:
    made = pages(each=12, seed=5)
    pairs = [
        _figures(one, other) for number, (family, one) in enumerate(made) for its, other in made[number + 1 :] if its == family
    ]
    assert len(pairs) == 19 * 66
    assert sum(same_text(each).same for each in pairs) < 0.01 * len(pairs)
    assert sum(same_text(each, same_host=True).same for each in pairs) < 0.002 * len(pairs)


def test_sentences_in_another_order_are_the_same_text() -> None:
    assert _verdict(ENGLISH.report, " ".join(reversed(_sentences(ENGLISH.report)))).same


def test_furniture_around_a_text_does_not_hide_it() -> None:
    page = (
        f"Sign up for our newsletter to get the best stories every morning.\n{ENGLISH.report}\nShare this article. Leave a reply."
    )
    assert _verdict(ENGLISH.report, page).same
