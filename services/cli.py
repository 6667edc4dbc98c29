"""The `storyfold` command: errors are one sentence and exit code 2."""

from __future__ import annotations

import os
import sys

import click

from services.commands.backup import backup, restore
from services.commands.dead import dead
from services.commands.doctor import doctor
from services.commands.feeds import feeds, submit
from services.commands.hosts import host
from services.commands.offline import clean, extract, fold
from services.commands.refold import refold
from services.commands.run import demo, run, serve
from services.commands.stories import show, status, stories
from services.commands.trace import trace
from services.commands.upkeep import merge, reclean, split
from services.commands.why import why
from shared.bootstrap import VERSION
from shared.failures import Mistake
from shared.store.engine import why_unreachable
from shared.store.store import StoreUnreachable


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(VERSION, prog_name="storyfold")
def storyfold() -> None:
    """Storyfold reads news feeds and folds copies and rewrites of an article into one story.

    Settings come from the environment; docs/settings.md lists them all.
    """


_PROCESSES = (run, demo, serve)
_READING = (feeds, submit, host)
_TELLING = (stories, show, status, trace, why)
_MENDING = (split, merge, reclean, refold, dead, doctor)
_COPYING = (backup, restore)
_FILES = (extract, clean, fold)
for command in (*_PROCESSES, *_READING, *_TELLING, *_MENDING, *_COPYING, *_FILES):
    storyfold.add_command(command)


def main() -> None:
    """The entry point."""
    try:
        code = storyfold(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _complain(error.format_message())
    except Mistake as mistake:
        _complain(str(mistake))
    except StoreUnreachable as error:
        _complain(f"The database can't be reached ({why_unreachable(error)}); check DATABASE_URL or start it.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left: no second complaint at exit
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _complain(sentence: str) -> None:
    click.echo(f"storyfold: {sentence}", err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
