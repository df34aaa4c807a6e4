"""Calls to the outside that go where they are sent and nowhere else: an answer that leads elsewhere is not followed.

A redirect would carry what we ask, and with it what we know, to an address that no setting names (OWASP ASVS 5.0, 15.3.2). `requests`
is what Stripe's library itself asks with.
"""

from __future__ import annotations

import threading
from typing import Any

import requests


class StraightSession:
    """A session of `requests` for each thread, which follows no redirect. What asks finds 3xx, and calls it a fault."""

    def __init__(self) -> None:
        self._own = threading.local()

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Ask once. The timeout is the caller's."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = requests.Session()
        return session.request(method, url, allow_redirects=False, **options)

    def close(self) -> None:
        """Give this thread's connections back."""
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is not None:
            session.close()
