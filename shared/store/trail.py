"""Writes down what happened to a link, so that its whole way can be told later."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert

from shared.store.schema import trail


def write(
    connection: Connection, links: Iterable[int], step: str, outcome: str, now: datetime, detail: str | None = None
) -> None:
    """Add one line to each link's trail, in the transaction that makes it true."""
    rows = [{"link_id": link, "at": now, "step": step, "outcome": outcome, "detail": detail or None} for link in links]
    if rows:
        connection.execute(insert(trail), rows)
