"""`storyfold host`: the lines that were learned for a host."""

from __future__ import annotations

from dataclasses import asdict

import click

from services.commands.context import store
from services.commands.output import answer, as_json, facts, table
from shared.failures import Mistake
from shared.store.host_lines import HostLine


@click.command()
@click.argument("host")
@click.option("--forget", metavar="LINE", help="Never cut this line from the host's articles again.")
@click.option("--all", "everything", is_flag=True, help="Also show lines that only one article has shown so far.")
@as_json
def host(host: str, forget: str | None, *, everything: bool, json_wanted: bool) -> None:
    """Show the lines that a host repeats from article to article, which cleaning therefore cuts."""
    with store() as opened:
        if forget is not None and not opened.host_lines.forget(host, forget):
            raise Mistake(f"{host} never showed the line {forget!r}; `storyfold host {host} --all` lists what it showed.")
        lines = [line for line in opened.host_lines.of_host(host) if everything or line.articles > 1 or line.forgotten]
    if json_wanted:
        answer([asdict(line) | {"learned": line.is_learned} for line in lines])
    elif forget is not None:
        facts({"forgotten": forget})
    else:
        rows = [(line.articles, _state(line), line.text) for line in lines]
        table(f"Lines of {host}", ("articles", "state", "line"), rows, wide="line")


def _state(line: HostLine) -> str:
    if line.forgotten:
        return "forgotten"
    return "cut" if line.is_learned else "watched"
