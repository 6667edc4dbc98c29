"""What commands work with: the settings and the store, as the environment describes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from shared.config import Settings, settings_from
from shared.store.store import Store


def settings() -> Settings:
    """Today's settings. Raises `Mistake`."""
    return settings_from(os.environ)


@contextmanager
def store() -> Iterator[Store]:
    """The store, its tables up to date. Raises `Mistake`."""
    opened = Store(settings().database)
    try:
        opened.prepare()
        yield opened
    finally:
        opened.close()
