"""A donor's page comes in one breath: 14,600 bytes with all it loads, headers included, as they come over the wire."""

from __future__ import annotations

import re
import socket

import pytest

from fundapp.core.db import transaction
from tests.builders import ledger, people, points
from tests.support.live import LiveServer

MOST_BYTES = 14_600


def fetched(live: LiveServer, path: str) -> bytes:
    """The whole answer, status line and headers too, as a phone would ask for it."""
    asked = (
        f"GET {path} HTTP/1.1\r\nHost: localhost:{live.settings.port}\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", live.settings.port), timeout=10) as connection:
        connection.sendall(asked.encode())
        found = b""
        while part := connection.recv(65_536):
            found += part
    return found


@pytest.fixture
def places(live_server: LiveServer) -> list[str]:
    with live_server.database.session() as session, transaction(session):
        ledger.open_books(session)
        people.fund_holder(session)
        long = "the launderette and dry cleaner’s at the corner of Copley Road and Nether Hall Road"[:80]
        return [points.point(session, name=long).path, points.closed_point(session, name=long[:70]).path, "/give"]


def test_the_page_with_all_it_loads_comes_in_one_breath(live_server: LiveServer, places: list[str]) -> None:
    for path in places:
        page = fetched(live_server, path)
        head, _, _ = page.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"gzip" in head
        html = _plain(live_server, path)
        loaded = set(re.findall(r'(?:href|src|srcset)="(/static/[^"]+)"', html)) | set(re.findall(r"url\((/[^)]+)\)", html))
        assert len(loaded) == 1, loaded
        weight = len(page) + sum(len(fetched(live_server, one)) for one in loaded)
        assert weight <= MOST_BYTES, f"{path} weighs {weight} bytes"


def _plain(live: LiveServer, path: str) -> str:
    import gzip

    body = fetched(live, path).partition(b"\r\n\r\n")[2]
    return gzip.decompress(body).decode()
