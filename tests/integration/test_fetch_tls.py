"""The reader over TLS: the name is what counts, although the connection goes to an address."""

from __future__ import annotations

import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shared.failures import Transient
from tests.support.certificate import make_certificate
from tests.support.reader import failure, with_reader
from tests.support.web import Site, serving

TEXT = "<p>Die Brücke ist offen.</p>" * 50


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


@contextmanager
def secure_site(folder: Path, name: str) -> Iterator[tuple[int, ssl.SSLContext, list[str | None]]]:
    """A server with a certificate for `name`, the context that trusts it, and the names that clients asked for."""
    key, certificate = make_certificate(folder, name)
    context, asked = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), list[str | None]()
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, wanted, _context: asked.append(wanted)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_answer_securely, args=(listener, context), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], ssl.create_default_context(cafile=str(certificate)), asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _answer_securely(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                secure.recv(65_536)
                secure.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\nConnection: close\r\n\r\nsafe"
                )
        except OSError:
            connection.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command to make a certificate")
class TestTls:
    def test_the_name_is_checked_although_the_connection_goes_to_an_address(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "paper.localhost") as (port, trust, asked):
            page = with_reader(lambda fetcher: fetcher.get(f"https://paper.localhost:{port}/"), tls=trust)
        assert (page.body, asked) == (b"safe", ["paper.localhost"])

    def test_a_certificate_for_another_name_is_refused(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "other.localhost") as (port, trust, _), pytest.raises(Transient) as caught:
            with_reader(lambda fetcher: fetcher.get(f"https://paper.localhost:{port}/"), tls=trust)
        assert caught.value.reason == "tls"

    def test_a_certificate_of_nobody_known_is_refused(self, tmp_path: Path) -> None:
        with secure_site(tmp_path, "paper.localhost") as (port, _, _):
            assert failure(f"https://paper.localhost:{port}/").reason == "tls"
