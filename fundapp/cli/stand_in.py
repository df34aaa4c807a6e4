"""The checkout's stand-in for Stripe. One database has one Stripe account: every server of a checkout speaks to the same stand-in."""

from __future__ import annotations

import secrets
import socket
import sys
from pathlib import Path

from fundapp.config import DEMO_STRIPE_KEY, ROOT, Settings
from fundapp.database.instance import PORTS, Instance

PORT_FILE = "stand-in"


def is_used(settings: Settings) -> bool:
    """Whether these settings speak to the stand-in that the demo brings."""
    return not settings.is_production and settings.stripe_secret_key == DEMO_STRIPE_KEY


def port(checkout: Path) -> int:
    """The stand-in's port: the same at every start, so that a second server of the checkout finds it."""
    instance = Instance.of(checkout)
    with instance.locked("stand-in.lock"):
        kept = instance.read(PORT_FILE)
        if kept is None:
            kept = str(secrets.choice(PORTS))
            instance.write(PORT_FILE, f"{kept}\n")
    return int(kept)


def base_url(checkout: Path) -> str:
    """The stand-in's address."""
    return f"http://127.0.0.1:{port(checkout)}"


def answers(checkout: Path) -> bool:
    """Whether a stand-in listens there."""
    try:
        socket.create_connection(("127.0.0.1", port(checkout)), timeout=1).close()
    except OSError:
        return False
    return True


def command(settings: Settings) -> list[str]:
    """What starts the stand-in, ringing at this server's door."""
    store = ROOT / "instance" / "stripe.sqlite"
    told = ["--port", str(port(ROOT)), "--store", str(store), "--webhook-secret", ",".join(settings.stripe_webhook_secrets)]
    told += ["--webhook-url", f"http://127.0.0.1:{settings.port}/webhooks/stripe"]
    return [sys.executable, "-m", "fundapp.stripe_stand_in", *told]
