"""`storyfold reclean`, `split` and `merge`: changing what is stored."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import click

from services.commands.context import settings, store
from services.commands.output import answer, as_json, facts, table
from services.recleaning import Recleaned, cleaned_again
from shared.bootstrap import now
from shared.failures import Failure, Mistake
from shared.stages.entry_to_link import entry_to_link
from shared.stages.fingerprint import fingerprint
from shared.store.articles import StoredArticle
from shared.store.store import Store

_SHOWN = 10

since_option = click.option(
    "--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Only articles extracted since then (UTC)."
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Change nothing, tell what would change.")


@click.command()
@since_option
@dry_run_option
@as_json
def reclean(since: datetime | None, *, dry_run: bool, json_wanted: bool) -> None:
    """Apply today's rules and learned lines to the articles that are stored, from their raw pages where these are still kept."""
    changes, sources = [], Counter[str]()
    with store() as opened:
        for again in cleaned_again(opened, since, settings()):
            sources[again.source] += 1
            if again.text != again.article.text and (dry_run or _apply(opened, again)):
                changes.append(_change(again))
    told = {
        "articles": sources.total(),
        "from raw pages": sources["page"],
        "would change" if dry_run else "changed": len(changes),
    }
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


def _apply(opened: Store, again: Recleaned) -> bool:
    before, after = fingerprint(again.article.text), fingerprint(again.text)
    return opened.stories.recut(again.article, again.text, again.removed, before, after)


def _change(again: Recleaned) -> dict[str, object]:
    was, is_now = again.article.text.split("\n"), again.text.split("\n")
    return {
        "url": again.article.url,
        "cut": [line for line in was if line not in is_now],
        "back": [line for line in is_now if line not in was],
    }


def _signed(change: dict[str, object]) -> list[tuple[str, str]]:
    cut, back = change["cut"], change["back"]
    assert isinstance(cut, list)
    assert isinstance(back, list)
    return [("-", line) for line in cut] + [("+", line) for line in back]
