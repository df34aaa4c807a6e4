"""How Stripe's library is asked, and how its refusals are told: one sentence each, and nothing that a person typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import stripe

from fundapp.core.language import marked
from fundapp.gateways.stripe_facts import StripeFault

PAGE = 100
NO_ANSWER = marked("The card company did not answer. Please try again in a minute.")
BUSY = marked("The card company is busy. Please try again in a minute.")
KEY_REFUSED = marked("The card company refused the Fund’s key. No payment can be taken until that is put right.")
UNKNOWN = marked("The card company knows no such payment.")
REFUSED = marked("The card company refused what it was asked. Nothing was taken.")


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn the library's errors into one sentence. Their own messages may repeat what a person typed, so they are dropped."""
    try:
        yield
    except stripe.StripeError as error:
        raise _fault(error) from None
    except (KeyError, TypeError, AttributeError) as error:
        message = marked("The card company’s answer was not in the form it should be.")
        raise StripeFault(message, kind=type(error).__name__) from error


def _fault(error: stripe.StripeError) -> StripeFault:
    status = error.http_status
    if isinstance(error, stripe.RateLimitError):
        sentence, passing = BUSY, True
    elif isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        sentence, passing = KEY_REFUSED, False
    elif isinstance(error, stripe.APIConnectionError) or status is None or status >= 500 or status == 409:
        sentence, passing = NO_ANSWER, True
    else:
        sentence, passing = (UNKNOWN if status == 404 else REFUSED), False
    return StripeFault(
        sentence,
        kind=type(error).__name__,
        code=error.code or "",
        http_status=status,
        request_id=error.request_id or "",
        passing=passing,
    )
