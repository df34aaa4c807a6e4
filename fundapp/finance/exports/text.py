"""How text exports write what a record says besides."""

from __future__ import annotations

import json
from typing import Any

from fundapp.core.spreadsheet import one_line


def particulars(said: dict[str, Any]) -> str:
    """What a record says besides, as one line of JSON that is the same each time."""
    return one_line(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
