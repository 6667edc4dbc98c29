"""`storyfold reclean`, `split` and `merge`: changing what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from services.commands.context import store
from services.commands.output import answer, as_json, facts, table
from shared.bootstrap import now
from shared.failures import Failure, Mistake
from shared.stages.clean.again import clean_again
from shared.stages.clean.cleaning import Cleaned
from shared.stages.clean.host_lines import body_sketch, host_lines_for, lines_to_learn
from shared.stages.entry_to_link import entry_to_link
from shared.stages.fingerprint import fingerprint
from shared.store.articles import StoredArticle
from shared.store.store import Store

_SHOWN = 10
_BATCH = 100

since_option = click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only articles extracted since then (UTC)."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Change nothing, tell what would change.")


@click.command()
@since_option
@dry_run_option
@as_json
def reclean(since: datetime | None, *, dry_run: bool, json_wanted: bool) -> None:
    """Apply today's cleaning rules and learned lines to the articles that are stored."""
    changes = []
    with store() as opened:
        looked_at = 0
        for article, cleaned in _cleaned_again(opened, since):
            looked_at += 1
            if cleaned.text != article.text and (dry_run or _apply(opened, article, cleaned)):
                changes.append(_change(article, cleaned))
    told = {"articles": looked_at, "would change" if dry_run else "changed": len(changes)}
    if json_wanted:
        answer(told | {"changes": changes})
        return
    facts(told)
    rows = [(change["url"], sign, line) for change in changes[:_SHOWN] for sign, line in _signed(change)]
    if rows:
        table("Changes" if len(changes) <= _SHOWN else f"The first {_SHOWN} changes", ("article", "", "line"), rows, wide="line")


@click.command()
@click.argument("url")
@as_json
def split(url: str, *, json_wanted: bool) -> None:
    """Take an article out of its story, for good: it never folds with those members again."""
    with store() as opened:
        own = opened.stories.split(article_at(opened, url).id, now())
    if own is None:
        raise Mistake(f"{url} is alone in its story; there is nothing to split.")
    answer({"story": own}) if json_wanted else facts({"now in story": own})


@click.command()
@click.argument("story", type=int)
@click.argument("other", type=int)
@as_json
def merge(story: int, other: int, *, json_wanted: bool) -> None:
    """Make two stories one, for good; the larger number lives on as another name of the smaller."""
    with store() as opened:
        kept = opened.stories.merge(story, other, now())
    if kept is None:
        raise Mistake(f"{story} and {other} are not two stories; `storyfold stories` lists them.")
    answer({"story": kept}) if json_wanted else facts({"one story": kept})


def article_at(opened: Store, url: str) -> StoredArticle:
    """The article at a URL, as written or in its canonical form. Raises `Mistake` where there is none."""
    found = opened.articles.by_url(url)
    if found is None:
        try:
            found = opened.articles.by_url(entry_to_link(url).url)
        except Failure as error:
            raise Mistake(f"{url!r} is no article's address.") from error
    if found is None:
        raise Mistake(f"There is no article at {url}; `storyfold stories` lists what there is.")
    return found


def _cleaned_again(opened: Store, since: datetime | None) -> Iterator[tuple[StoredArticle, Cleaned]]:
    moment = since and since.replace(tzinfo=UTC)
    numbers = opened.articles.numbers(moment)
    for start in range(0, len(numbers), _BATCH):
        for article in opened.articles.get(numbers[start : start + _BATCH]):
            raw_text = "\n".join([article.text, *(line.text for line in article.removed)])
            lines = lines_to_learn(raw_text)
            seen = opened.host_lines.sightings(article.host, [line.key for line in lines])
            known = host_lines_for(seen, article.url, body_sketch(raw_text))
            yield (
                article,
                clean_again(article.text, article.removed, title=article.title, byline=article.byline, host_lines=known),
            )


def _apply(opened: Store, article: StoredArticle, cleaned: Cleaned) -> bool:
    before, after = fingerprint(article.text), fingerprint(cleaned.text)
    return opened.stories.recut(article, cleaned.text, cleaned.removed, before, after)


def _change(article: StoredArticle, cleaned: Cleaned) -> dict[str, object]:
    was, is_now = article.text.split("\n"), cleaned.text.split("\n")
    return {
        "url": article.url,
        "cut": [line for line in was if line not in is_now],
        "back": [line for line in is_now if line not in was],
    }


def _signed(change: dict[str, object]) -> list[tuple[str, str]]:
    cut, back = change["cut"], change["back"]
    assert isinstance(cut, list)
    assert isinstance(back, list)
    return [("-", line) for line in cut] + [("+", line) for line in back]
