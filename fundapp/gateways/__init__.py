"""The outside: Stripe, mail, documents, QR codes, plots. A class each; no models, no views."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from fundapp.config import Settings
from fundapp.gateways.mail import Mailer
from fundapp.gateways.stripe import StripeGateway

EXTENSION = "gateways"


@dataclass(frozen=True, slots=True)
class Gateways:
    """One town's ways to the outside."""

    stripe: StripeGateway
    mail: Mailer

    @classmethod
    def build(cls, settings: Settings) -> Gateways:
        """The gateways that the settings name."""
        return cls(
            stripe=StripeGateway(settings.stripe_secret_key, settings.stripe_api_base, settings.stripe_webhook_secrets),
            mail=Mailer.of(settings.mail_url, base_url=settings.base_url),
        )


def current() -> Gateways:
    """The gateways of the app that serves this request."""
    gateways: Gateways = current_app.extensions[EXTENSION]
    return gateways
