"""`storyfold trace URL`: the whole way of a link, from the feed's entry to its story, also when it was dropped."""

from __future__ import annotations

from dataclasses import asdict

import click

from services.commands.context import store
from services.commands.output import answer, as_json, facts, table
from shared.failures import Failure, Mistake
from shared.stages.entry_to_link import entry_to_link
from shared.store.articles import StoredArticle
from shared.store.store import Store
from shared.store.stories import DecisionTold
from shared.store.trail import Trace


@click.command()
@click.argument("url")
@as_json
def trace(url: str, *, json_wanted: bool) -> None:
    """Tell the whole way of a link: entries, releases, downloads, cut lines, folding, outcome."""
    with store() as opened:
        found = _find(opened, url)
        article = opened.articles.of_link_url(found.url)
        story = None if article is None else opened.stories.of_article(article.id)
        decisions = [] if article is None else opened.stories.decisions(article.id)
    if json_wanted:
        removed = [asdict(line) for line in article.removed] if article else []
        answer(asdict(found) | {"story": story, "removed": removed, "decisions": [asdict(each) for each in decisions]})
        return
    _tell(found, article, story)
    if decisions:
        rows = [
            (f"{each.at:%Y-%m-%d %H:%M:%S}", each.outcome, each.story, round(each.score, 2), because(each)) for each in decisions
        ]
        table("Folding decisions", ("at", "outcome", "story", "score", "because"), rows, wide="because")


def because(decision: DecisionTold) -> str:
    """In a clause, why an article was placed where it is; `storyfold why` tells more."""
    best = decision.evidence.get("best")
    return str(best["because"] if best else decision.evidence.get("reason", "no article of the last days shares its passages"))


def _find(opened: Store, url: str) -> Trace:
    """The trace of a URL as written, or of its canonical form."""
    found = opened.trails.of(url)
    if found is None:
        try:
            found = opened.trails.of(entry_to_link(url).url)
        except Failure as error:
            raise Mistake(f"{url!r} is no article's address: {error.detail or error.reason}") from error
    if found is None:
        raise Mistake(f"No feed has named {url}; `storyfold submit` fetches it.")
    return found


def _tell(found: Trace, article: StoredArticle | None, story: int | None) -> None:
    facts(
        {
            "link": found.url,
            "outcome": found.outcome or f"none yet ({found.state}, due {found.due:%Y-%m-%d %H:%M:%S})",
            "reason": found.reason,
            "attempts that failed": found.attempts,
            "workers lost": found.deaths or None,
            "story": story,
            "title": article and article.title,
            "words": article and article.words,
            "lines cut": article and len(article.removed),
        }
    )
    click.echo()
    table("Named by", ("seen", "feed", "title", "as"), [(each.seen, each.feed, each.title, each.url) for each in found.entries])
    steps = [(f"{each.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], each.step, each.outcome, each.detail) for each in found.steps]
    table("Its way", ("at", "step", "outcome", "detail"), steps, wide="detail")
    if article is not None and article.removed:
        table(
            "Lines cut", ("line", "rule", "text"), [(line.place, line.rule, line.text) for line in article.removed], wide="text"
        )
