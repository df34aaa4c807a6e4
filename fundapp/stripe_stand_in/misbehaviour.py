"""Misbehaviour on demand, and the log of what was asked. Both in memory."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fundapp.stripe_stand_in.faults import Json, StripeFault

LOG_LENGTH = 1000
DEEDS = ("answer", "hang", "drop")
MOMENTS = ("before", "after")

# What Stripe says with a status: the kind of error, its code, its sentence (docs.stripe.com/api/errors).
_SAID = {
    400: ("invalid_request_error", None, "The request was unacceptable: the stand-in was asked to say so."),
    401: ("invalid_request_error", None, "Invalid API Key provided: sk_test_****"),
    402: ("card_error", "card_declined", "Your card was declined."),
    403: ("invalid_request_error", None, "The provided key does not have the required permissions for this endpoint."),
    404: ("invalid_request_error", "resource_missing", "No such object: the stand-in was asked to know it no more."),
    409: ("invalid_request_error", "lock_timeout", "This object cannot be accessed right now because another API request is accessing it."),
    429: (
        "invalid_request_error",
        "rate_limit",
        "Request rate limit exceeded. Learn more about rate limits here https://docs.stripe.com/rate-limits.",
    ),
}


def broken(status: int) -> StripeFault:
    """What is answered with a status in place of an answer. From 500 on it is Stripe’s own fault."""
    kind, code, message = _SAID.get(
        status, ("api_error", None, "An error occurred with our connection to the stand-in: it was asked to misbehave.")
    )
    return StripeFault(status, kind, message, code=code)


@dataclass(slots=True)
class Trouble:
    """What to do to the next `times` requests that match. `before`: nothing was done yet; `after`: it was, and only the answer is lost."""

    path: str = ".*"
    method: str = ""
    deed: str = "answer"
    status: int = 500
    seconds: float = 30.0
    moment: str = "before"
    times: int = 1
    # What the header Stripe-Should-Retry says, "true" or "false"; empty: it is not sent.
    should_retry: str = ""

    def matches(self, method: str, path: str) -> bool:
        """Whether it is meant for this request."""
        return self.times > 0 and self.method in {"", method} and re.fullmatch(self.path, path) is not None


class Misbehaviour:
    """The troubles waiting to happen."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._troubles: list[Trouble] = []

    def add(self, values: Mapping[str, Any]) -> None:
        """Plan a trouble. Raises ValueError with a sentence."""
        try:
            trouble = Trouble(**values)
            re.compile(trouble.path)
        except (TypeError, re.error) as error:
            raise ValueError(str(error)) from None
        if trouble.deed not in DEEDS or trouble.moment not in MOMENTS:
            raise ValueError(f"A deed is one of {', '.join(DEEDS)}; a moment one of {', '.join(MOMENTS)}.")
        if trouble.should_retry not in {"", "true", "false"}:
            raise ValueError("should_retry is true or false, as text.")
        if trouble.status not in range(400, 600):
            raise ValueError("A status is from 400 to 599.")
        with self._lock:
            self._troubles.append(trouble)

    def take(self, method: str, path: str) -> Trouble | None:
        """The first trouble meant for this request, counted down."""
        with self._lock:
            for trouble in self._troubles:
                if trouble.matches(method, path):
                    trouble.times -= 1
                    return trouble
        return None

    def waiting(self) -> list[Json]:
        """What is still to come."""
        with self._lock:
            return [asdict(trouble) for trouble in self._troubles if trouble.times > 0]

    def clear(self) -> None:
        """No more of it."""
        with self._lock:
            self._troubles.clear()


class RequestLog:
    """The last thousand API requests: what was asked, what was answered. Never the key."""

    def __init__(self) -> None:
        self._rows: deque[Json] = deque(maxlen=LOG_LENGTH)

    def add(self, row: Json) -> None:
        """Note a request."""
        self._rows.append(row)

    def rows(self) -> list[Json]:
        """Oldest first."""
        return list(self._rows)

    def clear(self) -> None:
        """Begin again."""
        self._rows.clear()
