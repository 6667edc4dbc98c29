"""What curated rules take from a text, and where they hold back."""

from __future__ import annotations

import pytest

from shared.stages.clean import clean

LEAD = "The harbour reopened on Tuesday morning after the worst storm in twelve years had kept every ship at sea for three days."
FERRIES = "Two ferries were the first to come in, and the harbour master said that the channel had been measured twice at night."
CREWS = "Fishing crews will have to wait until the end of the week, because the small basin is still blocked by a fallen crane."
COUNCIL = "The town council will meet on Thursday to talk about who pays for the repair, which may cost nine million in all."
BODY = (LEAD, FERRIES, CREWS, COUNCIL)


def cleaned(*lines: str) -> list[str]:
    return clean("\n".join(lines), title="Harbour reopens").text.split("\n")


def rules_of(*lines: str) -> list[str]:
    return [line.rule for line in clean("\n".join(lines), title="Harbour reopens").removed]


def test_an_end_marker_takes_the_tail() -> None:
    tail = ("More from The Post", "Bakery wins prize", "A loaf from grandmother's book.", "Museum buys painting", "Front page")
    assert cleaned(*BODY, *tail) == list(BODY)


def test_an_end_marker_in_the_middle_takes_only_the_headlines_after_it() -> None:
    lines = (LEAD, FERRIES, "More from The Post", "Bakery wins prize", "Museum buys painting", CREWS, COUNCIL)
    assert cleaned(*lines) == list(BODY)


def test_teasers_with_a_sentence_each_are_little_prose_and_go_with_the_tail() -> None:
    teaser = "The owner makes it from rye that is grown on an island, after a recipe which her grandmother left her."
    tail = ("More from The Post", "Bakery wins prize", teaser, "Museum buys painting")
    assert cleaned(*BODY, *tail) == list(BODY)


def test_a_long_paragraph_behind_an_end_marker_is_the_article_s_own() -> None:
    long = f"{FERRIES} {CREWS} {COUNCIL}"
    assert cleaned(LEAD, "Comments", long)[-1] == long


def test_a_weak_marker_takes_itself_and_the_headlines_up_to_the_next_running_text() -> None:
    lines = (LEAD, "Most read", "Bakery wins prize", "Museum buys painting", FERRIES, CREWS, COUNCIL)
    assert cleaned(*lines) == list(BODY)


def test_teasers_inside_an_article_end_before_what_leads_on() -> None:
    assert "What the council will decide:" in cleaned(
        LEAD, "Most read", "Bakery wins prize", "What the council will decide:", *BODY[1:]
    )


def test_a_sentence_after_a_weak_marker_is_no_headline() -> None:
    assert "Ships wait." not in cleaned(LEAD, "Related", "Bakery wins prize", FERRIES)
    assert "All of the ships still wait." in cleaned(LEAD, "Related", "All of the ships still wait.", FERRIES)


@pytest.mark.parametrize(
    "line",
    [
        "By Jane Doe",
        "By Jane Doe | 6 January 2026",
        "January 6, 2026, 10:15 a.m.",
        "06.01.2026 - 10:15",
        "Published 6 January 2026",
        "5 min read",
        "Updated 2 hours ago",
        "3 Kommentare | 6. Januar 2026",
        "https://www.harbour-post.example/harbour",
    ],
)
def test_bylines_dates_and_reading_times_go_from_the_top(line: str) -> None:
    assert cleaned(line, *BODY) == list(BODY)


@pytest.mark.parametrize("line", ["January 6, 2026", "By the sea", "By land and water"])
def test_inside_the_article_dates_and_by_are_headings(line: str) -> None:
    body = (*BODY[:3], line, COUNCIL)
    assert cleaned(*body) == list(body)


def test_a_telephone_number_is_no_date() -> None:
    assert "02-751-1500" in cleaned(*BODY, "02-751-1500")


def test_the_byline_is_told() -> None:
    assert clean("\n".join(("By Jane Doe", *BODY)), title="Harbour").byline == "Jane Doe"
    assert (
        clean("\n".join(("Von Erika Beispiel und Max Muster", *BODY)), title="Harbour").byline == "Erika Beispiel und Max Muster"
    )


def test_lines_that_only_name_the_authors_go_where_they_are_known() -> None:
    text = "\n".join(("Jane Doe", *BODY, "John Roe"))
    assert clean(text, title="Harbour", byline="Jane Doe, John Roe").text == "\n".join(BODY)
    assert "Jane Doe" in clean(text, title="Harbour").text


@pytest.mark.parametrize(
    "line",
    [
        "Jane Doe is a staff writer at The Harbour Post. Follow her on Twitter @janedoe.",
        "Reporting by Jane Doe; Editing by John Roe",
        "Jane Doe in Southport contributed to this report.",
        "Sign up for our newsletter and get the day's top stories in your inbox",
        "Have a tip? Write to tips@harbour-post.example",
        "© 2026 The Harbour Post. All rights reserved.",
        "If you buy something through this link, we may earn a commission.",
        "(Mit Material von dpa)",
        "Fuente: EFE",
        "Riproduzione riservata",
    ],
)
def test_notes_and_calls_go_from_the_end(line: str) -> None:
    assert cleaned(*BODY, line) == list(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "FILE PHOTO: Ships at sea. REUTERS/Jane Doe/File Photo",
        "2026 01 06T193634Z 1 LYNXMPEK070Q3 RTROPTP 4 NORTHWICK HARBOUR scaled",
        "IMG_20260106.jpg",
        "Photo: Jane Doe",
        "Foto: Erika Beispiel/dpa",
        "REUTERS/Jane Doe",
        "The harbour on Monday. Jane Doe/Getty Images",
        "Symbolbild",
        "写真：山田太郎",
    ],
)
def test_captions_credits_and_names_of_image_files_go_wherever_they_stand(line: str) -> None:
    assert cleaned(LEAD, line, *BODY[1:]) == list(BODY)


def test_a_credit_takes_the_caption_before_it() -> None:
    assert cleaned(LEAD, "Ellen Brandt at the quay", "Credit: Jane Doe/Getty", *BODY[1:]) == list(BODY)


def test_a_credit_takes_no_paragraph_and_no_list_item() -> None:
    assert cleaned(*BODY, "Credit: Jane Doe/Getty") == list(BODY)
    assert "- ferries" in cleaned(LEAD, "- ferries", "Credit: Jane Doe/Getty", FERRIES)


def test_tags_at_the_end_go_with_their_label() -> None:
    assert cleaned(*BODY, "Tags", "harbour, storm, northwick, ferries, crane, council, repair") == list(BODY)


def test_lines_without_words_go() -> None:
    assert cleaned(LEAD, "* * *", FERRIES, "___", CREWS, COUNCIL) == list(BODY)


def test_every_cut_line_tells_its_rule() -> None:
    assert rules_of("By Jane Doe", *BODY, "Source link", "Leave a Reply") == ["en/byline", "en/source-link", "en/source-link"]


def test_rules_that_would_take_most_of_the_article_take_nothing_and_say_so() -> None:
    call = (
        "Subscribe to our newsletter to read on, since this is what the harbour master told us about the storm on Sunday night."
    )
    result = clean(f"{LEAD}\n{call}\n{call}\n{call}", title="Harbour")
    assert call in result.text
    assert result.notes == ("rules would have taken more than half of the prose: nothing taken",)
