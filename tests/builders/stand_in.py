"""A running Stripe stand-in: its own process on a free port, steered through its control API."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "sk_test_stand_in"
WEBHOOK_SECRET = "whsec_stand_in"
PATIENCE_SECONDS = 20.0


class StandInFault(AssertionError):
    """The stand-in did not start, or refused a control."""


@dataclass(frozen=True, slots=True)
class Bell:
    """An event as it would be rung: the exact bytes and their signature header."""

    event_id: str
    type: str
    body: bytes
    signature: str


class StandIn:
    """One stand-in. `with StandIn(folder) as stand_in:` starts it and stops it; its store outlives it."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str = WEBHOOK_SECRET,
        fee_delay: float = 0,
        allowed_return_origins: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.port = port
        self.webhook_url = webhook_url
        self.webhook_secret = webhook_secret
        self.fee_delay = fee_delay
        self.allowed_return_origins = allowed_return_origins
        self.secret_key = SECRET_KEY
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def api_base(self) -> str:
        """What StripeClient's base address is set to."""
        return f"http://127.0.0.1:{self.port}"

    base_url = api_base

    def start(self) -> None:
        """Start it and wait until it answers. Started again, it has the same port and store."""
        said = self.folder / "stand-in.log"
        command = [sys.executable, "-m", "fundapp.stripe_stand_in", "--port", str(self.port), "--store", str(self.folder / "stripe.sqlite")]
        command += ["--webhook-secret", self.webhook_secret, "--fee-delay", str(self.fee_delay)]
        command += ["--webhook-url", self.webhook_url] if self.webhook_url else []
        for origin in self.allowed_return_origins:
            command += ["--allowed-return-origin", origin]
        with said.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.search(r"at http://127\.0\.0\.1:(\d+)", said.read_text())
            if found is not None:
                self.port = int(found[1])
                return
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise StandInFault(f"The stand-in did not start: {said.read_text()}")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop it as a service manager would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Stop it as a power cut would."""
        self._end(signal.SIGKILL)

    def reset(self) -> None:
        """Empty its store and forget every control: as good as a new one, in milliseconds. Starts it if it was stopped."""
        if self._process is None or self._process.poll() is not None:
            self.start()
        self.control("/reset")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            os.kill(process.pid, how)
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def control(self, path: str = "", method: str = "POST", /, **values: Any) -> dict[str, Any]:
        """Call the control API; raises StandInFault when it refuses."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            body = json.dumps(values) if method == "POST" else None
            connection.request(method, f"/_control{path}", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status >= 400:
            raise StandInFault(f"{path}: {response.status} {answer}")
        return answer

    def pay(self, session_id: str, email: str | None = None) -> dict[str, Any]:
        """Pay a session as the person at the hosted page would."""
        return self.control(f"/sessions/{session_id}/pay", email=email)

    def decline(self, session_id: str, card: str | None = None) -> dict[str, Any]:
        """Have the card declined; the session stays open. `card` is its fingerprint, where it is not the usual test card."""
        return self.control(f"/sessions/{session_id}/decline", card=card)

    def settle(self) -> list[str]:
        """Make every late fee known now; returns the charges' ids."""
        charges: list[str] = self.control("/settle")["charges"]
        return charges

    def settings(self, **values: Any) -> dict[str, Any]:
        """Change settings by name (fundapp/stripe_stand_in/settings.py)."""
        return self.control("/settings", **values)

    def advance(self, seconds: float) -> None:
        """Move the stand-in's clock on."""
        self.control("/clock/advance", seconds=seconds)

    def hold(self) -> None:
        """Ring nothing by itself until released."""
        self.control("/deliveries/hold")

    def release(self) -> None:
        """Ring what is due."""
        self.control("/deliveries/release")

    def deliver(self, **choice: Any) -> list[dict[str, Any]]:
        """Ring the pending bells now, in order, and say what was answered.

        event_ids, types: which; times, order ("created", "reversed", "shuffled"), seed, threads: how; secrets, age_seconds: how badly.
        """
        outcomes: list[dict[str, Any]] = self.control("/deliveries/send", **choice)["outcomes"]
        return outcomes

    def drop(self, **choice: Any) -> list[str]:
        """Never ring these pending bells; returns their ids."""
        dropped: list[str] = self.control("/deliveries/drop", **choice)["dropped"]
        return dropped

    def delay(self, seconds: float, **choice: Any) -> list[str]:
        """Ring these pending bells later; returns their ids."""
        delayed: list[str] = self.control("/deliveries/delay", seconds=seconds, **choice)["delayed"]
        return delayed

    def bells(self, **choice: Any) -> list[Bell]:
        """The pending bells, signed now, for a test client to carry; takes event_ids, types, secrets and age_seconds."""
        made = self.control("/deliveries/sign", **choice)["bells"]
        return [Bell(bell["event_id"], bell["type"], bell["body"].encode(), bell["signature"]) for bell in made]

    def deliveries(self) -> list[dict[str, Any]]:
        """Every delivery there is, with its event's type, state and attempts."""
        rows: list[dict[str, Any]] = self.control("/deliveries", "GET")["deliveries"]
        return rows

    def ring_at(self, url: str | None) -> None:
        """Send events to this address from now on."""
        self.control("/webhook", url=url)

    def trouble(self, **values: Any) -> None:
        """Misbehave at the next matching requests: path (a pattern), method, deed (answer, hang, drop), status, seconds, moment, times,
        should_retry ("true", "false")."""
        self.control("/troubles", **values)

    def requests(self) -> list[dict[str, Any]]:
        """What the API was asked."""
        rows: list[dict[str, Any]] = self.control("/requests", "GET")["requests"]
        return rows

    def finish_refund(self, refund_id: str) -> dict[str, Any]:
        """A pending refund goes through."""
        return self.control(f"/refunds/{refund_id}/finish")

    def fail_refund(self, refund_id: str) -> dict[str, Any]:
        """A refund comes back from the donor's bank."""
        return self.control(f"/refunds/{refund_id}/fail")

    def dispute(self, charge_id: str, **values: Any) -> dict[str, Any]:
        """A bank disputes a charge. amount, reason; warning: it only asks; withdrawn=False: the money goes later."""
        return self.control(f"/charges/{charge_id}/dispute", **values)

    def in_dispute(self, dispute_id: str, deed: str, **values: Any) -> dict[str, Any]:
        """withdraw, escalate, review, reinstate (amount), win, lose, drop (a question that led no further), overturn."""
        return self.control(f"/disputes/{dispute_id}/{deed}", **values)

    def renew(self, subscription_id: str) -> dict[str, Any]:
        """A subscription's month is over now, whatever the clock says."""
        return self.control(f"/subscriptions/{subscription_id}/renew")

    def card(self, subscription_id: str, card: str) -> None:
        """From now on the card of whoever pays it "works", or "declines"."""
        self.control(f"/subscriptions/{subscription_id}/card", card=card)

    def try_invoice(self, invoice_id: str) -> dict[str, Any]:
        """The next try of an open invoice is now."""
        return self.control(f"/invoices/{invoice_id}/try")

    def pay_by_bank(self, session_id: str, email: str | None = None) -> str:
        """Pay a session by bank debit; returns the charge, whose bank has yet to answer."""
        intent = self.control(f"/sessions/{session_id}/bank-debit", email=email)["payment_intent"]
        return str(self.control(f"/payment_intents/{intent}", "GET")["latest_charge"])

    def bank(self, charge_id: str, deed: str) -> dict[str, Any]:
        """accepts, refuses, or takes-back: what it had accepted."""
        return self.control(f"/charges/{charge_id}/bank-{deed}")

    def pay_out(self, *, manual: bool = False) -> dict[str, Any]:
        """All that is available goes to the bank; by itself, or by somebody's hand."""
        return self.control("/payouts", manual=manual)

    def payout(self, payout_id: str, deed: str) -> dict[str, Any]:
        """reconcile, send, arrive, fail, cancel."""
        return self.control(f"/payouts/{payout_id}/{deed}")

    def move(self, kind: str, amount: int, fee: int = 0) -> dict[str, Any]:
        """The account itself is charged or credited: stripe_fee, topup, adjustment, reserve_transaction…"""
        return self.control("/movements", type=kind, amount=amount, fee=fee)
