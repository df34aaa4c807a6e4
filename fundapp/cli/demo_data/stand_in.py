"""The stand-in for Stripe while history is written: its clock goes where the history is."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fundapp.cli import stand_in
from fundapp.cli.main import Fault
from fundapp.config import ROOT, Settings
from fundapp.core import clock
from fundapp.gateways.stripe import StripeGateway

START_SECONDS = 15


class HistoricStripe:
    """A Stripe whose clock can be held, and whose payments are made without a browser."""

    def __init__(self, settings: Settings) -> None:
        base = settings.stripe_api_base or stand_in.base_url(ROOT)
        self._port = urlsplit(base).port or 80
        self.gateway = StripeGateway(settings.stripe_secret_key, base, settings.stripe_webhook_secrets)

    def begin_anew(self) -> None:
        """An empty database begins with an empty Stripe, so that no payment is left that nobody knows. Rings no bell."""
        self.control("/reset")
        self.control("/settings", held=True, fee_delay_seconds=0)

    def at_this_moment(self) -> None:
        """Set its clock to the history's."""
        self.control("/settings", clock_offset_seconds=(clock.now() - datetime.now(UTC)).total_seconds())

    def pay(self, session_id: str) -> None:
        """The donor pays, and the fee is known at once."""
        self.control(f"/sessions/{session_id}/pay")
        self.control("/settle")

    def bells(self) -> list[tuple[bytes, str]]:
        """Every bell that has not rung, oldest first: its body and its signature."""
        return [(bell["body"].encode(), bell["signature"]) for bell in self.control("/deliveries/sign")["bells"]]

    def go_on(self) -> None:
        """Back to the present: the bells of the past stay silent."""
        self.control("/deliveries/drop")
        self.control("/settings", held=False, clock_offset_seconds=0, fee_delay_seconds=3)

    def control(self, path: str, **values: Any) -> dict[str, Any]:
        """Have something happen at Stripe that no donor does. Raises Fault when it refuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request("POST", f"/_control{path}", json.dumps(values), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise Fault(f"The stand-in for Stripe refused {path}: {said.decode(errors='replace')[:200]}")
        found: dict[str, Any] = json.loads(said)
        return found


@contextmanager
def running_stand_in(settings: Settings) -> Iterator[HistoricStripe]:
    """The checkout's stand-in: the one that runs already, or one for as long as the block lasts."""
    if not stand_in.is_used(settings):
        raise Fault("Demonstration data is written with the stand-in for Stripe: leave STRIPE_SECRET_KEY out.")
    if stand_in.answers(ROOT):
        yield HistoricStripe(settings)
        return
    log = ROOT / "instance" / "log" / "stand-in-history.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    process = _started(settings, log)
    try:
        yield HistoricStripe(settings)
    finally:
        process.terminate()
        process.wait()


def _started(settings: Settings, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as said:
        process = subprocess.Popen(stand_in.command(settings), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    until = time.monotonic() + START_SECONDS
    while not stand_in.answers(ROOT):
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise Fault(f"The stand-in for Stripe did not start. Its log: {log.name}")
        time.sleep(0.05)
    return process
