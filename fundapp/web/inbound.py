"""What is turned away before any view sees it: foreign host names, numbers no row has, letters no keyboard sends."""

from __future__ import annotations

import io
from typing import IO, Any
from urllib.parse import urlsplit

from flask import Flask, Request, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from fundapp.config import LOOPBACK, Settings
from fundapp.core.errors import FundError
from fundapp.core.language import gettext as _

# A photo of a bill, with room for the fields beside it.
MOST_BYTES = 12_000_000
# The fields of a form without its files.
MOST_FORM_BYTES = 500_000


class InMemory(Request):
    """A request whose files stay in memory: there are no more than MOST_BYTES of them, and no disk sees what is in them."""

    def _get_file_stream(self, *_about: Any, **_more: Any) -> IO[bytes]:
        return io.BytesIO()


class RowConverter(IntegerConverter):
    """`<int:…>` in an address is a row's number: nothing that PostgreSQL's bigint could not hold."""

    def __init__(self, map, fixed_digits=0, min=None, max=None, signed=False) -> None:  # type: ignore[no-untyped-def]  # noqa: A002
        super().__init__(map, fixed_digits, min, max if max is not None else 2**63 - 1, signed)


def install(app: Flask, settings: Settings) -> None:
    """Set the limits, the names this app answers to, and the converter of row numbers."""
    app.request_class = InMemory
    app.url_map.converters["int"] = RowConverter
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_FORM_BYTES
    app.config["MAX_FORM_PARTS"] = 200
    app.config["TRUSTED_HOSTS"] = _hosts(settings)
    if settings.is_production:
        # In production BASE_URL is https and this server speaks http: exactly one proxy stands in front, and only its own
        # word on who is calling is taken. Elsewhere nothing stands in front, and the header could be anybody's.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def refuse_unwritable() -> None:
        values = [*(request.view_args or {}).values(), *request.args.keys(), *request.args.values()]
        if any(isinstance(value, str) and "\x00" in value for value in values):
            raise FundError(_("That address holds a letter that no address has."))


def _hosts(settings: Settings) -> list[str]:
    name = urlsplit(settings.base_url).hostname or ""
    return [name] if settings.is_production else sorted({name, *(host for host in LOOPBACK if ":" not in host)})
