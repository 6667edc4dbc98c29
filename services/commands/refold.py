"""`storyfold refold`: replay what is stored under today's rules."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from services.commands.context import settings, store
from services.commands.output import answer, as_json, facts, progress, table
from services.commands.upkeep import dry_run_option, since_option
from shared.bootstrap import now
from shared.stages.reach import Window
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.refold import Difference, Group, Parts, Replay, apply, compare, sign_all, stories_of
from shared.store.store import Store
from workers.dedup import decide

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class _Replayed:
    numbers: Sequence[int]
    groups: Sequence[Group]
    difference: Difference
    decided: Sequence[Mapping[str, Any]]


@click.command()
@since_option
@dry_run_option
@as_json
def refold(since: datetime | None, *, dry_run: bool, json_wanted: bool) -> None:
    """Fold again what is stored, under today's rules; splits and merges that people made hold."""
    with store() as opened:
        replayed = _replay(opened, since and since.replace(tzinfo=UTC), settings().window)
        if not dry_run:
            apply(opened.database, replayed.groups, replayed.decided, now())
            with progress("signatures", len(replayed.numbers)) as advance:
                sign_all(opened.database, replayed.numbers, advance)
        urls = _urls(opened, replayed.difference)
    splits, merges = replayed.difference.splits, replayed.difference.merges
    told = {"articles": len(replayed.numbers), "splits": len(splits), "merges": len(merges)}
    if json_wanted:
        answer(told | {"split": _named(splits, urls), "merged": _named(merges, urls), "applied": not dry_run})
        return
    facts(told)
    _show("Would come apart" if dry_run else "Came apart", splits, urls)
    _show("Would come together" if dry_run else "Came together", merges, urls)


def _named(stories: Sequence[Parts], urls: Mapping[int, str]) -> list[list[list[str]]]:
    return [[[urls[article] for article in part] for part in parts] for parts in stories]


def _replay(opened: Store, since: datetime | None, window: Window) -> _Replayed:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Database(f"sqlite:///{Path(folder) / 'replay.db'}")
        migrate(scratch)
        replay = Replay(opened.database, scratch)
        numbers = replay.copy(since, window.fold)
        with progress("articles", len(numbers)) as advance:
            for number in numbers:
                with replay.folding(number) as folding:
                    decide(folding, window)
                advance()
        groups = replay.groups()
        with opened.database.reading() as connection:
            difference = compare(stories_of(connection), groups)
        decided = replay.decisions(_articles_of(difference))
        scratch.close()
    return _Replayed(numbers, groups, difference, decided)


def _articles_of(difference: Difference) -> set[int]:
    return {article for parts in (*difference.splits, *difference.merges) for part in parts for article in part}


def _urls(opened: Store, difference: Difference) -> Mapping[int, str]:
    return {article.id: article.url for article in opened.articles.get(sorted(_articles_of(difference)))}


def _show(title: str, stories: Sequence[Parts], urls: Mapping[int, str]) -> None:
    """A line an article, numbered by story and part: 1.1 and 1.2 are the two parts of one."""
    rows = [
        (f"{number}.{place}", urls[article])
        for number, parts in enumerate(stories[:_SHOWN], 1)
        for place, part in enumerate(parts, 1)
        for article in part
    ]
    if rows:
        more = f", the first {_SHOWN} of {len(stories)}" if len(stories) > _SHOWN else ""
        table(title + more, ("part", "article"), rows, wide="article")
