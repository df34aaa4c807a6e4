"""An app is made for nearly every test, and most of that time goes into code that werkzeug writes and compiles for each address.

What it writes depends on the rule's text, parts and defaults alone, and takes the rule it is called on as `self`; so one such
function serves the same rule of every later app. Tests that make an app take a third of the time, and meet the same addresses.
"""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Rule

_written: dict[tuple[str, ...], Any] = {}
_write = Rule._compile_builder


def _written_once(self: Rule, append_unknown: bool = True) -> Any:
    kinds = sorted((name, type(converter).__qualname__) for name, converter in self._converters.items())
    key = tuple(map(repr, (self.rule, append_unknown, self._trace, sorted((self.defaults or {}).items()), kinds)))
    if key not in _written:
        _written[key] = _write(self, append_unknown)
    return _written[key]


Rule._compile_builder = _written_once  # type: ignore[method-assign]
