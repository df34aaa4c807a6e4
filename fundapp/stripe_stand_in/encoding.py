"""Un-brackets Stripe's form encoding: `line_items[0][price_data][currency]=gbp` into nested values, all still text."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from fundapp.stripe_stand_in.faults import invalid

# A leaf is text; a branch is a dict whose keys are names or the digits of a list.
Raw = str | dict[str, "Raw"]

KEY = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")
MAX_FIELDS = 1000
MAX_DEPTH = 8


def decode(text: str) -> dict[str, Raw]:
    """Nested values of a form body or a query. Raises StripeFault 400 for brackets that make no sense."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MAX_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise invalid("Invalid request: the parameters are not form-encoded UTF-8.") from None
    tree: dict[str, Raw] = {}
    for name, value in pairs:
        _place(tree, name, value)
    return tree


def _place(tree: dict[str, Raw], name: str, value: str) -> None:
    parts = KEY.findall(name)
    if not parts or "".join(parts) != name or parts[0].startswith("[") or len(parts) > MAX_DEPTH:
        raise invalid(f"Invalid parameter name: {name[:100]}", param=name[:100])
    keys = [parts[0], *(part[1:-1] for part in parts[1:])]
    branch = tree
    for key in keys[:-1]:
        below = branch.setdefault(key or str(len(branch)), {})
        if isinstance(below, str):
            raise invalid(f"Invalid parameter: {name[:100]} is given both as a value and as an object.", param=name[:100])
        branch = below
    last = keys[-1] or str(len(branch))
    if last in branch:
        raise invalid(f"Invalid parameter: {name[:100]} is given twice.", param=name[:100])
    branch[last] = value
