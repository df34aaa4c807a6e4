"""What a job is given besides its ids."""

from __future__ import annotations

from dataclasses import dataclass

from fundapp.config import Settings
from fundapp.core.db import Database
from fundapp.core.keys import Keys
from fundapp.gateways import Gateways


@dataclass(frozen=True, slots=True)
class JobContext:
    """One town's settings, database, ways to the outside, and keys."""

    settings: Settings
    database: Database
    gateways: Gateways
    keys: Keys
