"""The bundled newsroom as an HTTP server: `python -m examples.newsroom.server --port 8765`.

Each outlet has a host of its own below a domain: harbour-courier.localhost, northern-wire.localhost and so on. Names
below `localhost` mean this machine (RFC 6761), so nothing has to be set up for them.
"""

from __future__ import annotations

import argparse
import ipaddress
import signal
import sys
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType, TracebackType
from typing import Self

from examples.newsroom.sites import Answer, Site

_PUBLISH_PATH = "/newsroom/publish-corrections"
_IDLE_SECONDS = 10


class Newsroom:
    """A newsroom that serves in a thread from `start()` to `stop()`, or within a `with` block.

    `port` 0 takes a free one. `requests` lists the (host, path) of everything that was asked for, in order.
    """

    def __init__(self, port: int = 0, bind: str = "127.0.0.1", domain: str = "localhost") -> None:
        self._server = _Server((bind, port), domain)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port that is served on."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """The numeric address that is served on."""
        return str(self._server.server_address[0])

    @property
    def requests(self) -> list[tuple[str, str]]:
        """The (host, path) of every request so far, in order."""
        return list(self._server.requests)

    def feed_urls(self) -> list[str]:
        """The feeds of all outlets."""
        return self._server.site.feed_urls()

    def publish_corrections(self) -> None:
        """Switch to edition 2, in which one article and its feed entry have changed."""
        self._server.publish_corrections()

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread.is_alive():  # shutdown() waits for ever where nothing serves
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, address: tuple[str, int], domain: str) -> None:
        super().__init__(address, _Handler)
        port = int(self.server_address[1])
        self.requests: list[tuple[str, str]] = []
        self.site = Site(1, domain, port)
        self._second_edition = Site(2, domain, port)

    def publish_corrections(self) -> None:
        self.site = self._second_edition

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is none of our business."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "BundledNewsroom"
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        host = self.headers.get("Host", "")
        self.server.requests.append((host.partition(":")[0], self.path))
        self._send(self._unless_unchanged(self.server.site.answer(host, self.path)))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        if self.path != _PUBLISH_PATH:
            self._send(_plain(HTTPStatus.NOT_FOUND))
        elif not ipaddress.ip_address(self.client_address[0]).is_loopback:
            self._send(_plain(HTTPStatus.FORBIDDEN))
        else:
            self.server.publish_corrections()
            self._send(_plain(HTTPStatus.OK))

    def _unless_unchanged(self, answer: Answer) -> Answer:
        """RFC 9110, 13.1.3: If-Modified-Since counts only where there is no If-None-Match."""
        if "ETag" not in answer.headers:
            return answer
        known, since = self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")
        unchanged = known == answer.headers["ETag"] if known is not None else since == answer.headers["Last-Modified"]
        return Answer(HTTPStatus.NOT_MODIFIED, answer.content_type, b"", answer.headers) if unchanged else answer

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Quiet: whoever wants to know reads `requests`."""


def _plain(status: HTTPStatus) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", f"{status.phrase}\n".encode())


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="newsroom", description="Serve a few fictional news sites to try Storyfold with.")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: 8765)")
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--domain", default="localhost", help="domain that the outlets' hosts are below (default: localhost)")
    parser.add_argument("--correct-after", type=float, metavar="SECONDS", help="publish the corrected edition by itself")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; 0 is the exit code of both, 2 that of an address that can't be had."""
    options = _parse(arguments)
    try:
        newsroom = Newsroom(options.port, options.bind, options.domain)
    except OSError as error:
        print(f"The newsroom can't listen on {options.bind}:{options.port}: {error.strerror}.", file=sys.stderr)
        return 2
    _serve(newsroom, options.correct_after)
    return 0


def _serve(newsroom: Newsroom, correct_after: float | None) -> None:
    asked_to_stop = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with newsroom:
        where = f"http://{newsroom.address}:{newsroom.port}/feeds.txt"
        print(f"The newsroom serves {len(newsroom.feed_urls())} feeds, listed at {where}", flush=True)
        if not asked_to_stop.wait(correct_after):
            newsroom.publish_corrections()
            asked_to_stop.wait()


if __name__ == "__main__":
    sys.exit(main())
