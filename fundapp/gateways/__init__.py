"""The outside: Stripe, mail, the virus scanner, documents, QR codes, plots. A class each; no models, no views."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from flask import current_app

from fundapp.gateways import qr
from fundapp.gateways.mail import Mailer
from fundapp.gateways.stripe import StripeGateway
from fundapp.gateways.virus_scanner import VirusScanner

EXTENSION = "gateways"


class Addresses(Protocol):
    """The part of the settings that says where the outside is. This room does not know the settings themselves."""

    @property
    def stripe_secret_key(self) -> str:
        """The account's key."""
        ...

    @property
    def stripe_api_base(self) -> str | None:
        """The stand-in's address; None is Stripe itself."""
        ...

    @property
    def stripe_webhook_secrets(self) -> tuple[str, ...]:
        """What events are signed with, newest first."""
        ...

    @property
    def mail_url(self) -> str:
        """Where mail goes."""
        ...

    @property
    def virus_scanner(self) -> str | None:
        """Where files are scanned for viruses; None is nowhere."""
        ...

    @property
    def base_url(self) -> str:
        """The address people reach."""
        ...


@dataclass(frozen=True, slots=True)
class Gateways:
    """One town's ways to the outside."""

    stripe: StripeGateway
    mail: Mailer
    scanner: VirusScanner = field(default_factory=VirusScanner)

    @classmethod
    def build(cls, settings: Addresses) -> Gateways:
        """The gateways that the settings name."""
        return cls(
            stripe=StripeGateway(settings.stripe_secret_key, settings.stripe_api_base, settings.stripe_webhook_secrets),
            mail=Mailer.of(settings.mail_url, base_url=settings.base_url),
            scanner=VirusScanner(settings.virus_scanner),
        )

    def qr_svg(self, text: str, *, label: str) -> str:
        """A QR code, for rooms that know this one only by what the app holds."""
        return qr.svg(text, label=label)


def current() -> Gateways:
    """The gateways of the app that serves this request."""
    gateways: Gateways = current_app.extensions[EXTENSION]
    return gateways
