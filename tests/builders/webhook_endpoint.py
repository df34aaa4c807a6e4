"""A webhook endpoint for tests: keeps what is rung, and answers as told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class WebhookEndpoint:
    """`with WebhookEndpoint() as endpoint:`, then give the stand-in its `url`."""

    def __init__(self, answers: Iterable[int] = ()) -> None:
        # Statuses for the next calls; 200 once they are used up.
        self.answers = list(answers)
        self.calls: list[tuple[bytes, str]] = []
        self._arrived = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/stripe"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def events(self) -> list[dict[str, Any]]:
        """The bodies that came, in the order they came."""
        return [json.loads(body) for body, _ in self.calls]

    def wait(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        """The bodies, once this many calls came. Fails when they do not."""
        until = time.monotonic() + seconds
        with self._arrived:
            while len(self.calls) < count:
                came = f"{len(self.calls)} of {count} bells came: {[event['type'] for event in self.events]}"
                assert self._arrived.wait(until - time.monotonic()), came
        return self.events

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with endpoint._arrived:
                    status = endpoint.answers.pop(0) if endpoint.answers else 200
                    endpoint.calls.append((body, self.headers["Stripe-Signature"]))
                    endpoint._arrived.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler
