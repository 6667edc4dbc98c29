"""Pages that are no articles, each with its reason, and articles that only look like them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from shared.model import Page, Rejection
from shared.stages.clean import NOTHING_LEARNED
from shared.stages.page_to_article import Extracted, Told, page_to_article
from tests.support.article_pages import COUNCIL, CREWS, FERRIES, LEAD, PARAGRAPHS, article_page, page_of

NOW = datetime(2026, 1, 10, tzinfo=UTC)
NEWS = "<script type='application/ld+json'>" + json.dumps({"@type": "NewsArticle", "headline": "Harbour reopens"}) + "</script>"
PAID = "<script type='application/ld+json'>" + json.dumps({"@type": "NewsArticle", "isAccessibleForFree": False}) + "</script>"


def result(page: Page) -> Extracted | Rejection:
    return page_to_article(page, Told(), NOTHING_LEARNED, NOW)


def reason(page: Page) -> str | None:
    found = result(page)
    return found.reason if isinstance(found, Rejection) else None


PRIVACY = (
    "We value your privacy. We and our partners store and access cookies on your device and process personal data, such as "
    "unique identifiers, for personalised advertising and content."
)
PARTNERS = (
    "With your consent we and our advertising partners may use precise location data. You can withdraw your consent or object "
    "to processing based on legitimate interest at any time in our privacy policy."
)
WERBUNG = (
    "Mit Werbung und Cookies weiterlesen: Besuchen Sie unsere Seite wie gewohnt mit Werbung und Tracking, Ihre Zustimmung "
    "können Sie jederzeit widerrufen."
)
PUR_ABO = (
    "Wir und unsere Partner verarbeiten personenbezogene Daten und speichern Cookies. Einzelheiten stehen im Datenschutz und "
    "in den Einstellungen. Oder werbefrei lesen im Pur-Abo. Akzeptieren und weiterlesen."
)
CONSENT = (PRIVACY, PARTNERS, "Accept all cookies or manage your settings to continue.")
ZUSTIMMUNG = (WERBUNG, PUR_ABO)


@pytest.mark.parametrize("wall", [CONSENT, ZUSTIMMUNG])
def test_a_consent_wall_is_told_by_its_words(wall: tuple[str, ...]) -> None:
    assert reason(article_page(wall, title="Harbour Post")) == "consent-wall"


@pytest.mark.parametrize(
    "address", ["https://consent.harbour-post.example/collect?next=1", "https://www.harbour-post.example/cookiewall/x"]
)
def test_a_consent_wall_is_told_by_its_address(address: str) -> None:
    page = article_page()
    assert reason(Page(page.url, address, 200, page.headers, page.body)) == "consent-wall"


def test_an_article_about_cookies_is_no_wall() -> None:
    fine = "The commission fined a shop that sells oilskins because it set cookies on every device before anyone had agreed."
    owner = (
        "Its owner said he had trusted the firm that built the site and would accept the fine, but that most of his customers "
        "order by telephone and have never seen the page that asked for their consent."
    )
    longer = [f"{paragraph} So it was told to us by people who live near the old town's quay." for paragraph in PARAGRAPHS]
    assert reason(article_page((fine, *PARAGRAPHS, owner, *longer), title="Shop fined over cookies", head=NEWS)) is None


@pytest.mark.parametrize("status", [404, 410, 403, 500])
def test_an_answer_that_is_an_error_is_an_error_page(status: int) -> None:
    assert reason(article_page(status=status)) == "error-page"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "404 - Page not found",
            "Sorry, what you asked for has moved or never was. Try the search or go back to where you were.",
        ),
        ("Seite nicht gefunden", "Die Seite, die Sie suchen, gibt es nicht mehr oder sie ist umgezogen. Bitte suchen Sie sie."),
        ("Just a moment...", "We are checking that your connection is secure before you can go on to the site you asked for."),
        (
            "ページが見つかりません",
            "お探しのページは削除されたか、移動した可能性があります。お手数ですがトップページからお探しください。",
        ),
    ],
)
def test_an_error_that_calls_itself_a_success_is_told_by_its_words(title: str, text: str) -> None:
    assert reason(article_page((text,), title=title)) == "error-page"


def test_an_article_whose_headline_speaks_of_what_was_not_found_is_an_article() -> None:
    assert reason(article_page(title="Body of missing pilot not found", head=NEWS)) is None


def test_an_article_that_costs_and_shows_a_sentence_is_a_stub() -> None:
    assert reason(article_page((LEAD[:118],), head=PAID)) == "paywall-stub"


@pytest.mark.parametrize(
    "call",
    [
        "Subscribe to continue reading this article.",
        "Jetzt weiterlesen mit dem Probeabo.",
        "Réservé aux abonnés : la suite vous attend.",
        "この記事は有料会員限定です。続きを読むには登録してください。",
    ],
)
def test_a_short_text_that_ends_at_a_paywall_is_a_stub(call: str) -> None:
    assert reason(article_page((LEAD, call))) == "paywall-stub"


def test_a_whole_article_that_also_sells_subscriptions_is_an_article() -> None:
    assert reason(article_page((*PARAGRAPHS, "Subscribe to continue reading our best stories."), head=NEWS)) is None


def test_an_article_that_costs_but_is_shown_is_an_article() -> None:
    assert reason(article_page(head=PAID)) is None


@pytest.mark.parametrize("path", ["", "/", "/en/", "/index.html", "/de/index.html"])
def test_a_redirect_to_the_home_page_is_no_article(path: str) -> None:
    page = article_page()
    assert reason(Page(page.url, f"https://www.harbour-post.example{path}", 200, page.headers, page.body)) == "home-page"


def test_an_article_that_is_addressed_by_its_number_is_no_home_page() -> None:
    assert reason(article_page(url="https://www.harbour-post.example/?p=4711")) is None


def test_a_list_of_articles_is_a_section_page() -> None:
    teasers = "".join(
        f"<div><h2><a href='/{number}'>Harbour story number {chr(97 + number)} of this week</a></h2><p>{paragraph}</p></div>"
        for number, paragraph in enumerate((LEAD, FERRIES, CREWS, COUNCIL, LEAD[::-1], FERRIES[::-1], CREWS[::-1]))
    )
    page = page_of(f"<html><head><title>Harbour</title></head><body><main><h1>Harbour</h1>{teasers}</main></body></html>")
    assert reason(page) == "section-page"


def test_the_same_page_is_an_article_where_it_says_so() -> None:
    teasers = "".join(
        f"<h2><a href='#{number}'>Reason {chr(97 + number)} to go there</a></h2><p>{LEAD}</p>" for number in range(7)
    )
    assert reason(article_page((), below=teasers, head=NEWS)) is None


def test_a_caption_alone_is_too_short() -> None:
    assert reason(article_page(("Ellen Brandt at the quay on Monday.",), title="Harbour")) == "too-short"


def test_a_news_flash_of_a_sentence_is_an_article() -> None:
    assert reason(article_page((LEAD,), head=NEWS)) is None


@pytest.mark.parametrize(
    "markup", ["<html><body></body></html>", "just words", "<rss><channel><title>x</title></channel></rss>", "{}"]
)
def test_markup_without_text_is_not_an_article(markup: str) -> None:
    assert reason(page_of(markup)) in {"not-an-article", "too-short"}


def test_a_video_page_with_a_sentence_of_text_is_not_an_article() -> None:
    page = article_page((LEAD,), head="<meta property='og:type' content='video.other'>")
    assert reason(page) == "not-an-article"


def test_every_rejection_says_why_in_a_sentence() -> None:
    found = result(article_page(CONSENT, title="Harbour Post"))
    assert isinstance(found, Rejection)
    assert found.detail


def test_boxes_instead_of_letters_are_not_text() -> None:
    boxes = " ".join("\ufffd\ufffd\ufffd" for _ in range(60))
    assert reason(article_page((boxes,), head=NEWS)) == "not-text"


@pytest.mark.parametrize(
    "text",
    ["स्थानीय लोगों ने बताया कि बंदरगाह मंगलवार को फिर से खुल गया और नौकाएँ अंदर आने लगीं। ", "ท่าเรือเปิดอีกครั้งหลังพายุที่รุนแรงที่สุดในรอบสิบสองปี "],
)
def test_scripts_with_many_marks_are_text(text: str) -> None:
    assert reason(article_page((text * 6,), head=NEWS)) is None


def test_a_list_of_things_with_a_link_over_each_is_an_article() -> None:
    things = "".join(f"<h2><a href='/{letter}'>The best compass {letter}</a></h2><p>{LEAD} {FERRIES}</p>" for letter in "abcdefg")
    assert reason(page_of(f"<html><head><title>Seven compasses</title></head><body><main>{things}</main></body></html>")) is None


def test_a_short_article_about_cookies_that_says_it_is_one_is_no_wall() -> None:
    text = (
        f"{LEAD} {FERRIES} The ferry line's site set cookies without consent, and the commission on privacy did not accept that."
    )
    assert reason(article_page((text, *PARAGRAPHS), title="Ferry line fined", head=NEWS)) is None
