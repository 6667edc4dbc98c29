"""A page's new text: a revision of its article, or another article at the same address."""

from __future__ import annotations

from shared.stages.fingerprint import fingerprint
from shared.stages.revision import tells_something_else

REPORT = (
    "The harbour board of Port Ellary voted on Tuesday to rebuild the northern breakwater before the winter storms. "
    "Chairwoman Ines Calder said the work would cost 14 million crowns and take nine months to finish. Fishing crews had "
    "warned since 2023 that the old wall would not survive another January gale. Halden Mutual had raised its premiums twice."
)


def weather(day: str, high: int, low: int, wind: int, place: str) -> str:
    return (
        f"Weather for {day}. The day begins with fog along the coast that clears by noon. Highs reach {high} degrees in "
        f"{place} and {high - 3} in the hills, lows fall to {low}. The wind blows from the west at {wind} kilometres an hour, "
        f"gusts reach {wind * 2}. The chance of rain is {low * 5} percent in the morning and {wind} percent at night."
    )


def changed(before: str, after: str) -> bool:
    return tells_something_else(fingerprint(before), fingerprint(after))


def test_a_corrected_figure_is_a_revision() -> None:
    assert not changed(REPORT, REPORT.replace("14 million", "15 million") + " Correction: an earlier version gave another sum.")


def test_a_report_that_grows_is_a_revision() -> None:
    assert not changed(REPORT, REPORT + " " + REPORT.replace("Tuesday", "Wednesday").replace("voted", "met again"))


def test_a_report_that_shrinks_is_a_revision() -> None:
    assert not changed(REPORT, REPORT[: len(REPORT) // 2])


def test_another_report_at_the_same_address_is_another_article() -> None:
    other = (
        "A survey of 340 orchards in the Senn valley found that frost in April destroyed almost half of the cherry blossom. "
        "Growers told the agriculture office that prices would double by July unless imports were allowed."
    )
    assert changed(REPORT, other)


def test_tomorrow_s_weather_on_the_same_page_is_another_article() -> None:
    today, tomorrow = weather("Tuesday", 11, 4, 23, "Port Ellary"), weather("Wednesday", 17, 9, 41, "Halden")
    assert changed(today, tomorrow)
