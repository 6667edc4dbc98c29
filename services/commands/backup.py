"""`storyfold backup` and `restore`: copies of the embedded store."""

from __future__ import annotations

from pathlib import Path

import click

from services.commands.context import settings
from services.commands.output import answer, as_json, facts
from services.local import only_one
from shared.store.backup import back_up, embedded_file
from shared.store.backup import restore as put_back

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
_FORCE = click.option("--force", is_flag=True, help="Overwrite what is there.")


@click.command()
@_FILE
@_FORCE
@as_json
def backup(file: Path, *, force: bool, json_wanted: bool) -> None:
    """Write a copy of the embedded store as of this moment; everything may go on running."""
    size = back_up(embedded_file(settings().database), file, force=force)
    answer({"file": str(file), "bytes": size}) if json_wanted else facts({"copy": file, "bytes": size})


@click.command()
@_FILE
@_FORCE
@as_json
def restore(file: Path, *, force: bool, json_wanted: bool) -> None:
    """Put a copy in the place of the embedded store; nothing may be running.

    What was under way when the copy was made is taken up again, and feeds are asked for what came since.
    """
    chosen = settings()
    store = embedded_file(chosen.database)
    with only_one(chosen):
        put_back(file, store, force=force)
    answer({"store": str(store)}) if json_wanted else facts({"store": store, "restored from": file})
