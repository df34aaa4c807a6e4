"""The outside, played by real peers on loopback: a mail server and the stand-in for Stripe."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.builders.stand_in import StandIn

BASE_URL = "http://localhost:8000"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailBox:
    """What was mailed."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.messages: list[EmailMessage] = []

    # The mail server calls it by this name.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 kept"

    def to(self, address: str) -> list[EmailMessage]:
        """The messages to one address."""
        return [message for message in self.messages if address in str(message["To"])]

    def wait(self, count: int = 1, seconds: float = 10) -> list[EmailMessage]:
        """The messages, once there are this many. Fails when they do not come."""
        deadline = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < deadline, f"{len(self.messages)} of {count} messages came in {seconds} s"
            time.sleep(0.02)
        return self.messages


@pytest.fixture
def mail_box() -> Iterator[MailBox]:
    """A real mail server; the `settings` of the test lead to it."""
    port = free_port()
    box = MailBox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A stand-in of the test's own, with an empty store; the `settings` of the test lead to it. It rings nowhere by itself: see `bells`."""
    folder = tmp_path / "stand-in"
    folder.mkdir()
    with StandIn(folder, allowed_return_origins=[BASE_URL]) as running:
        yield running
