"""A request that was read and checked, and the addresses that take one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.params import Group
from fundapp.stripe_stand_in.store import Act


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read and checked."""

    act: Act
    path: str
    object_id: str
    values: dict[str, Any]
    base_url: str
    allowed_origins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address. `{id}` in its path stands for an object's id."""

    method: str
    path: str
    params: Group
    run: Callable[[Call], Json]

    def match(self, method: str, path: str) -> re.Match[str] | None:
        """The match of a request's path, its `id` group the object's id."""
        if method != self.method:
            return None
        return re.fullmatch(re.escape(self.path).replace(r"\{id\}", "(?P<id>[^/]+)"), path)
