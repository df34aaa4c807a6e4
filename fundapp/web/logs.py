"""One line a request, and one a fault: what was asked, how it went, how long it took. Nothing personal, no link's token."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from werkzeug.routing import IntegerConverter, UUIDConverter

from fundapp.config import Settings
from fundapp.core import clock
from fundapp.core.actor import Actor

ACCESS = "fundapp.access"
FAULTS = "fundapp.faults"

_access = logging.getLogger(ACCESS)
_faults = logging.getLogger(FAULTS)

Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def masked_path() -> str:
    """The address without what could open something: each free part of it is shown by its name alone."""
    rule = request.url_rule
    if rule is None:
        first = request.path.split("/")[1] if request.path.count("/") > 1 else "…"
        return f"/{first[:20] if first.isascii() and first.isalpha() else '…'}/…"
    shown = rule.rule
    # A number or a record's id says nothing; any other part may be a token, a code or a name.
    for name, converter in rule._converters.items():
        if isinstance(converter, (IntegerConverter, UUIDConverter)) and name in (request.view_args or {}):
            shown = shown.replace(f"<{type_name(rule.rule, name)}{name}>", str((request.view_args or {})[name]))
    return shown


def type_name(rule: str, name: str) -> str:
    """The converter's name and colon before a part of a rule: "int:" in "/requests/<int:request_id>"."""
    start = rule.find(f":{name}>")
    return rule[rule.rfind("<", 0, start) + 1 : start + 1] if start >= 0 else ""


def request_id() -> str:
    """The mark by which a person's fault is found in the log."""
    return str(g.get("request_id", "")) if has_request_context() else ""


def asker() -> str:
    """The number of whoever was found to be signed in, like "user:7", or nothing. It asks nobody anew."""
    actor = getattr(g.get("_login_user"), "actor", None) if has_request_context() else None
    return actor.reference if isinstance(actor, Actor) else ""


def install(app: Flask) -> None:
    """Time each request and write its line."""

    @app.before_request
    def start() -> None:
        g.request_id = secrets.token_hex(6)
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        took = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
        facts = {"method": request.method, "path": masked_path(), "status": response.status_code, "ms": round(took, 1)}
        # Who was refused can be asked afterwards (OWASP ASVS 5.0, 16.2.1 and 16.3.2); who read what is the audit trail's affair.
        if response.status_code >= 400 and asker():
            facts["by"] = asker()
        _access.info("%(method)s %(path)s %(status)s %(ms)s ms", facts, extra={"facts": facts, "request": request_id()})
        return response


def report(error: Raised, *, show_words: bool) -> None:
    """Write a fault down. Its words may hold what somebody typed, so production writes only its kind and where it arose."""
    kind, value, trace = error
    if kind is None or value is None:
        return
    where = traceback.extract_tb(trace)
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in where]
    words = f"{kind.__name__}: {value}" if show_words else kind.__name__
    _faults.error(
        "%s %s %s\n  %s",
        request.method if has_request_context() else "-",
        masked_path() if has_request_context() else "-",
        words,
        "\n  ".join(frames),
        extra={"facts": {"fault": words, "frames": frames}, "request": request_id()},
    )


class Lines(logging.Formatter):
    """One JSON object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """A record with its facts; the exception's own words are left out."""
        line: dict[str, Any] = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        facts = getattr(record, "facts", None)
        line |= facts if isinstance(facts, dict) else {"said": record.getMessage()}
        if getattr(record, "request", ""):
            line["request"] = record.request  # type: ignore[attr-defined]
        if record.exc_info and record.exc_info[0]:
            line["fault"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send the log to standard error: JSON lines in production, plain words elsewhere. For entry points, once a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines() if settings.is_production else logging.Formatter("%(asctime)s %(name)s %(message)s", "%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("fontTools", "PIL", "procrastinate", "stripe", "werkzeug"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
