"""All the parts of one running stand-in, and the options it was started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fundapp.stripe_stand_in.deliveries import Deliveries
from fundapp.stripe_stand_in.idempotency import InFlight
from fundapp.stripe_stand_in.misbehaviour import Misbehaviour, RequestLog
from fundapp.stripe_stand_in.store import Store


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said."""

    port: int
    store: Path
    # None: nobody listens; events are kept and can be listed.
    webhook_url: str | None = None
    # More than one while a secret is rolled: each signs.
    webhook_secrets: tuple[str, ...] = ()
    fee_delay_seconds: float | None = None
    # Where the hosted page may send people back to; empty: anywhere, as Stripe does.
    allowed_return_origins: tuple[str, ...] = ()

    @property
    def base_url(self) -> str:
        """Where the API and the hosted page are."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, float]:
        """The settings that the command line gave; they win over what the store holds."""
        return {} if self.fee_delay_seconds is None else {"fee_delay_seconds": self.fee_delay_seconds}


@dataclass(frozen=True, slots=True)
class State:
    """The running parts."""

    options: Options
    store: Store
    deliveries: Deliveries
    in_flight: InFlight = field(default_factory=InFlight)
    misbehaviour: Misbehaviour = field(default_factory=Misbehaviour)
    log: RequestLog = field(default_factory=RequestLog)
