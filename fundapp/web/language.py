"""Which language a page is in: as chosen on it, or as the browser asks. Only pages that are translated whole speak another."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.wrappers import Response

from fundapp.core import language
from fundapp.core.language import ENGLISH, LANGUAGES, TAGS
from fundapp.web.app import settings

EXTENSION = "fund-translated"
# In an address: a choice. It is kept in a cookie of its own, which nobody has who never chose.
CHOICE = "lang"
KEPT_SECONDS = 365 * 24 * 3600


def translated(blueprint: Blueprint) -> None:
    """Declare that every page of a blueprint is translated whole."""

    def declare(state: BlueprintSetupState) -> None:
        state.app.extensions.setdefault(EXTENSION, set()).add(state.name)

    blueprint.record(declare)


def install(app: Flask) -> None:
    """Choose before each view, and tell the choice with each answer."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(language=language.language, language_tag=tag, other_languages=others)

    @app.before_request
    def choose() -> None:
        language.choose(_wanted() if is_translated() else ENGLISH)

    @app.after_request
    def tell(response: Response) -> Response:
        if is_translated() and response.mimetype == "text/html":
            response.headers["Content-Language"] = tag()
            response.vary.add("Accept-Language")
            asked = request.args.get(CHOICE, "")
            if asked in LANGUAGES:
                response.set_cookie(_cookie(), asked, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings().is_secure)
        return response


def is_translated() -> bool:
    """Whether the page that is asked for is translated whole."""
    return request.blueprint in current_app.extensions.get(EXTENSION, set())


def tag() -> str:
    """The language as HTML names it."""
    return TAGS[language.language()]


def others() -> list[tuple[str, str, str]]:
    """The other languages of this page: address, name, tag. None where the page is English alone, or answers a form."""
    if not request or not is_translated() or request.method != "GET" or request.endpoint is None:
        return []
    here = {**(request.view_args or {}), **request.args.to_dict()}
    return [
        (url_for(request.endpoint, **{**here, CHOICE: code}), name, TAGS[code])
        for code, name in LANGUAGES.items()
        if code != language.language()
    ]


def _wanted() -> str:
    asked = request.args.get(CHOICE) or request.cookies.get(_cookie()) or ""
    return asked if asked in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), ENGLISH) or ENGLISH


def _cookie() -> str:
    return settings().cookie_name(CHOICE)
