"""What every template may count on: strict names, the filters, who is asking, and where they can go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, g, request
from jinja2 import BytecodeCache, StrictUndefined
from jinja2.bccache import Bucket

from fundapp.core.roles import Role
from fundapp.web import filters, identity, language, navigation, needs
from fundapp.web.proof_words import proof_words


class Compiled(BytecodeCache):
    """Templates are compiled once a process, however many towns it serves. Jinja holds each against its source's checksum."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket with what was compiled before, if anything was."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_compiled = Compiled()


def install(app: Flask, fund_holder: Callable[[], Any]) -> None:
    """Set the templates up. `fund_holder` finds the charity's facts, which the people room keeps."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = _compiled
    app.jinja_env.globals.update(Role=Role, may_open=navigation.may_open, needs_me=needs.parts, section=navigation.section)
    language.teach(app.jinja_env)
    app.jinja_env.globals.update(other_languages=language.others, proof_words=proof_words)
    filters.install(app)

    @app.context_processor
    def standing() -> dict[str, Any]:
        here = request.path if request else ""
        if g.get("plain"):
            return {"me": None, "nav": list, "fund_holder": None, "here": here}
        return {"me": identity.me(), "nav": navigation.nav, "fund_holder": fund_holder(), "here": here}
