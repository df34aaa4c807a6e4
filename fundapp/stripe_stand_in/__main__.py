"""`python -m fundapp.stripe_stand_in --port 8001 --store FILE --webhook-url URL --webhook-secret SECRET`."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
import threading
from dataclasses import replace
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server

from fundapp.stripe_stand_in.app import create_stand_in, open_state
from fundapp.stripe_stand_in.deliveries import NotLoopback
from fundapp.stripe_stand_in.state import Options
from fundapp.stripe_stand_in.store import StoreInUse


class QuietHandler(WSGIRequestHandler):
    """Serves without a line for each request: the control API has the log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def read_options(arguments: list[str] | None = None) -> Options:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m fundapp.stripe_stand_in", description="A stand-in for Stripe, on this machine alone.")
    parser.add_argument("--port", type=int, required=True, help="where to listen on 127.0.0.1; 0 for any free port")
    parser.add_argument("--store", type=Path, required=True, help="its SQLite file, made when there is none")
    parser.add_argument("--webhook-url", help="where to send events, on this machine")
    parser.add_argument("--webhook-secret", default="", help="what signs them; comma-separated while one is rolled")
    parser.add_argument("--fee-delay", type=float, metavar="SECONDS", help="how long after a charge its fee becomes known")
    parser.add_argument(
        "--allowed-return-origin", action="append", default=[], metavar="ORIGIN", help="where the page may send people back to"
    )
    given = parser.parse_args(arguments)
    secrets = tuple(part.strip() for part in given.webhook_secret.split(",") if part.strip())
    if given.webhook_url and not secrets:
        parser.error("--webhook-url needs a --webhook-secret")
    if given.fee_delay is not None and given.fee_delay < 0:
        parser.error("--fee-delay is nought or more")
    origins = tuple(origin.rstrip("/") for origin in given.allowed_return_origin)
    return Options(given.port, given.store, given.webhook_url, secrets, given.fee_delay, origins)


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    options = read_options(arguments)
    try:
        listener = socket.create_server(("127.0.0.1", options.port), backlog=128)
        options = replace(options, port=listener.getsockname()[1])
        state = open_state(options)
    except (StoreInUse, NotLoopback, OSError) as error:
        sys.stderr.write(f"The Stripe stand-in cannot start: {error}\n")
        return 1
    app = create_stand_in(state)
    server = make_server("127.0.0.1", options.port, app, threaded=True, request_handler=QuietHandler, fd=listener.fileno())
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: threading.Thread(target=server.shutdown, daemon=True).start())
    state.deliveries.start()
    sys.stderr.write(f"Stripe stand-in (no money moves) at {options.base_url}\n")
    server.serve_forever(poll_interval=0.05)
    state.deliveries.stop()
    state.store.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
