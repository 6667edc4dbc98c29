"""`storyfold dead`: what ended badly, why, and another try."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

import click

from services.commands.context import store
from services.commands.output import answer, as_json, facts, table
from shared.bootstrap import now
from shared.failures import Mistake
from shared.store.dead import DeadStore, Which

_UNITS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}


def _choosing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that choose links, the same for all three commands."""
    for option in (
        click.option("--older-than", metavar="AGE", help="Only links that ended before: 30min, 12h, 7d, 2w."),
        click.option("--reason", metavar="WORD", help="Only this reason, such as timeout or dead:timeout."),
        click.option("--host", metavar="HOST", help="Only links of this host."),
    ):
        command = option(command)
    return command


@click.group()
def dead() -> None:
    """Links that ended as dead or rejected: list them, try them again, drop them."""


@dead.command("list")
@_choosing
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many, the last first.")
@as_json
def list_dead(host: str | None, reason: str | None, older_than: str | None, *, limit: int, json_wanted: bool) -> None:
    """List them with the last thing that was said about each."""
    with store() as opened:
        found = DeadStore(opened.database).list(_which(host, reason, older_than), limit=limit)
    if json_wanted:
        answer([asdict(each) for each in found])
        return
    rows = [(each.ended, each.outcome, each.attempts, each.url, each.detail) for each in found]
    table("Ended badly", ("ended", "outcome", "failed attempts", "url", "detail"), rows, wide="url")


@dead.command()
@_choosing
@as_json
def retry(host: str | None, reason: str | None, older_than: str | None, *, json_wanted: bool) -> None:
    """Make them due again."""
    with store() as opened:
        due = DeadStore(opened.database).retry(_which(host, reason, older_than), now())
    answer({"due": due}) if json_wanted else facts({"due again": due})


@dead.command()
@_choosing
@as_json
def drop(host: str | None, reason: str | None, older_than: str | None, *, json_wanted: bool) -> None:
    """Take them off this list for good; they end as rejected:dropped and don't come back."""
    with store() as opened:
        dropped = DeadStore(opened.database).drop(_which(host, reason, older_than), now())
    answer({"dropped": dropped}) if json_wanted else facts({"dropped": dropped})


def _which(host: str | None, reason: str | None, older_than: str | None) -> Which:
    return Which(host, reason, None if older_than is None else _moment_before(older_than))


def _moment_before(age: str) -> datetime:
    found = re.fullmatch(r"(\d{1,6})\s*(s|min|h|d|w)", age.strip())
    if found is None:
        raise Mistake(f"{age!r} is no age; write 30min, 12h, 7d or 2w.")
    return now() - timedelta(seconds=int(found[1]) * _UNITS[found[2]])
