"""Which of a page's many titles is the article's, and titles without their site."""

from __future__ import annotations

import pytest

from shared.stages.titles import choose_title, same_title, without_likely_site, without_site

SITES = ("The Harbour Post", "harbourpost.example", "harbourpost")


@pytest.mark.parametrize(
    "title",
    [
        "Harbour reopens - The Harbour Post",
        "Harbour reopens — The Harbour Post",
        "Harbour reopens | Harbour Post",
        "Harbour reopens – harbourpost.example",
        "Harbour reopens | Business | The Harbour Post",
        "Harbour reopens · The Harbour Post",
        "The Harbour Post | Harbour reopens",
        "Harbour reopens｜The Harbour Post",
        "Harbour reopens : The Harbour Post",
    ],
)
def test_the_site_goes_whatever_parts_it_from_the_title(title: str) -> None:
    assert without_site(title, SITES).split(" | ")[0] == "Harbour reopens"


def test_a_full_width_colon_parts_a_title_from_its_site_too() -> None:
    assert without_site("港口重新开放：海港邮报", ("海港邮报",)) == "港口重新开放"


def test_a_section_beside_the_name_of_the_site_goes_with_it() -> None:
    assert without_site("Iraq talks resume — RT World News", ("RT International", "rt.com", "rt")) == "Iraq talks resume"


@pytest.mark.parametrize(
    "title", ["Ferry - and crew - saved", "Red | Blue: who wins?", "Storm 2026: what we know", "Profit up 3 - 4 per cent"]
)
def test_dashes_and_bars_that_belong_to_the_title_stay(title: str) -> None:
    assert without_site(title, SITES) == title


def test_a_title_that_is_the_site_alone_is_left_as_it_is() -> None:
    assert without_site("The Harbour Post", SITES) == "The Harbour Post"


def test_the_heading_that_people_see_beats_the_one_for_search_engines() -> None:
    chosen = choose_title(["Harbour opens its gates to the first ferry"], ["First ferry reaches Northwick harbour"], "", SITES)
    assert chosen == "Harbour opens its gates to the first ferry"


def test_of_several_headings_the_one_that_agrees_with_the_metadata_wins() -> None:
    headings = ["Log in", "Harbour reopens after the storm", "Our newsletters"]
    assert choose_title(headings, ["Harbour reopens after storm"], "", SITES) == "Harbour reopens after the storm"


def test_a_heading_that_agrees_with_nothing_is_another_article() -> None:
    assert choose_title(["Reindeer escape from the zoo"], ["Harbour reopens | Harbour Post"], "", SITES) == "Harbour reopens"


def test_the_address_speaks_for_a_heading_that_metadata_doesn_t_know() -> None:
    chosen = choose_title(["Brandt lets the ferries in at last"], ["Live"], "/2026/brandt-ferries-northwick", SITES)
    assert chosen == "Brandt lets the ferries in at last"


def test_a_heading_that_is_the_site_s_name_is_no_title() -> None:
    assert choose_title(["The Harbour Post"], ["Harbour reopens - The Harbour Post"], "", SITES) == "Harbour reopens"


def test_a_label_before_the_title_goes_where_the_metadata_knows_better() -> None:
    chosen = choose_title(["Exclusive Harbour reopens after the storm"], ["Harbour reopens after the storm"], "", SITES)
    assert chosen == "Harbour reopens after the storm"


def test_a_headline_that_metadata_cuts_short_is_taken_whole() -> None:
    long = "Harbour reopens after the storm as two ferries and a grain carrier come in together"
    assert choose_title([long], ["Harbour reopens after the storm as two ferries and a grain carrier"], "", SITES) == long


def test_a_page_without_titles_has_none() -> None:
    assert choose_title([], [], "", SITES) is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Harbour reopens — RT World News", "Harbour reopens"),
        ("Harbour reopens - Northwick Daily Herald", "Harbour reopens"),
        ("Harbour reopens | Northwick", "Harbour reopens"),
        ("港口重新开放｜海港网", "港口重新开放"),
        ("Harbour reopens - northwick.example", "Harbour reopens - northwick.example"),
        ("Harbour reopens - but for whom?", "Harbour reopens - but for whom?"),
        ("Plan A – plan B", "Plan A – plan B"),
    ],
)
def test_without_knowing_the_site_only_what_reads_like_one_goes(title: str, expected: str) -> None:
    assert without_likely_site(title) == expected


def test_titles_are_the_same_but_for_case_and_marks() -> None:
    assert same_title("Harbour “reopens” – at last", "harbour 'reopens' - at last!")


def test_a_title_of_a_hundred_thousand_dashes_costs_no_time() -> None:
    """Each piece is compared with the names of the site; without a limit this took hours."""
    title = "a - " * 100_000
    assert len(without_site(title, SITES)) <= 400
    assert len(choose_title([title], [title], "", SITES) or "") <= 400
    assert without_likely_site(title) == title
