"""News pages made of parts, for tests of how pages become articles. All text was written for these tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.model import Page

URL = "https://www.harbour-post.example/2026/01/06/harbour-reopens-after-storm"
TITLE = "Harbour reopens after the storm"
LEAD = (
    "The harbour of Northwick reopened on Tuesday morning after the worst storm in twelve years had kept every ship at sea "
    "for three days and filled the quays with sand and broken timber."
)
FERRIES = (
    "Two ferries and a grain carrier were the first to come in, and the harbour master, Ellen Brandt, said that the channel "
    "had been measured twice during the night before she let them pass."
)
CREWS = (
    "Fishing crews will have to wait until the end of the week, because the small basin behind the breakwater is still "
    "blocked by a crane that fell over when the wind reached its height on Sunday evening."
)
COUNCIL = (
    "The town council will meet on Thursday to talk about who pays for the repair, which engineers have estimated at nine "
    "million, more than the town earns from its harbour in two years."
)
PARAGRAPHS = (LEAD, FERRIES, CREWS, COUNCIL)


def article_page(
    paragraphs: Sequence[str] = PARAGRAPHS,
    *,
    title: str = TITLE,
    url: str = URL,
    head: str = "",
    above: str = "",
    below: str = "",
    language: str = "en",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Page:
    """A page with a menu, an article and a footer; `above` and `below` are markup inside the article's element."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return page_of(
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'><title>{title} - The Harbour Post</title>"
        f"<meta property='og:site_name' content='The Harbour Post'>{head}</head><body><nav><ul><li><a href='/'>Home</a></li>"
        f"<li><a href='/sport'>Sport</a></li></ul></nav><main><article><h1>{title}</h1>{above}{text}{below}</article></main>"
        f"<footer><p>The Harbour Post, 1 Quay Street</p></footer></body></html>",
        url=url,
        status=status,
        headers=headers,
    )


def page_of(
    markup: str | bytes,
    *,
    url: str = URL,
    final_url: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Page:
    """Markup as a server's answer."""
    body = markup.encode() if isinstance(markup, str) else markup
    return Page(url, final_url or url, status, headers or {"content-type": "text/html"}, body)
