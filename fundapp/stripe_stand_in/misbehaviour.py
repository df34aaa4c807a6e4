"""Misbehaviour on demand, and the log of what was asked. Both in memory."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fundapp.stripe_stand_in.faults import Json

LOG_LENGTH = 1000
DEEDS = ("answer", "hang", "drop")
MOMENTS = ("before", "after")


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
