"""Which language a page is in: as chosen on it, or as the browser asks. Only pages that are translated whole speak another."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Flask, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.wrappers import Response
from jinja2 import Environment

from fundapp.core import language
from fundapp.core.language import ENGLISH, LANGUAGES, TAGS
from fundapp.web.app import settings

EXTENSION = "fund-translated"
# In an address: a choice. It is kept in a cookie of its own, which nobody has who never chose.
CHOICE = "lang"
KEPT_SECONDS = 365 * 24 * 3600


def translated(blueprint: Blueprint, *views: str) -> None:
    """Declare that every page of a blueprint is translated whole; or, by name, those of its views that are."""

    def declare(state: BlueprintSetupState) -> None:
        names = {f"{state.name}.{view}" for view in views} or {state.name}
        state.app.extensions.setdefault(EXTENSION, set()).update(names)

    blueprint.record(declare)


def teach(env: Environment) -> None:
    """Let templates say their words in the reader's language."""
    env.add_extension("jinja2.ext.i18n")
    # Lines of a sentence may be folded, as the catalogue's own reading has it.
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext)  # type: ignore[attr-defined]
    env.globals.update(language=language.language, language_tag=tag)
    # For what stands in a variable. `_(variable)` would take it for a translator's markup and leave it unescaped.
    env.filters["said"] = language.gettext


def install(app: Flask) -> None:
    """Choose before each view, and tell the choice with each answer."""

    @app.before_request
    def choose() -> None:
        language.choose((_chosen() or _preferred()) if is_translated() else ENGLISH)

    @app.after_request
    def tell(response: Response) -> Response:
        if is_translated() and response.mimetype == "text/html":
            response.headers["Content-Language"] = tag()
            response.vary.update(("Accept-Language", "Cookie"))
            asked = request.args.get(CHOICE, "")
            if asked in LANGUAGES:
                response.set_cookie(_cookie(), asked, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=settings().is_secure)
        return response

    @app.teardown_request
    def fall_silent(_: BaseException | None) -> None:
        # What this thread does next speaks English until it is told otherwise.
        language.choose(ENGLISH)


def is_translated() -> bool:
    """Whether the page that is asked for is translated whole. Where there is none, the page that says so is."""
    if request.endpoint is None:
        return True
    whole = current_app.extensions.get(EXTENSION, set())
    return request.blueprint in whole or request.endpoint in whole


def lean(code: str) -> None:
    """From now on, speak the language that this page's subject has, unless its reader chose one."""
    if is_translated() and not _chosen():
        language.choose(code)


def carried() -> str:
    """The choice in this page's address, to be put behind the address that its form is sent to; else nothing."""
    asked = request.args.get(CHOICE, "")
    return f"?{CHOICE}={asked}" if asked in LANGUAGES else ""


def tag() -> str:
    """The language as HTML names it."""
    return TAGS[language.language()]


def others() -> list[tuple[str, str, str]]:
    """The other languages of this page: address, name, tag. None where the page is English alone, or answers a form."""
    if not request or request.endpoint is None or not is_translated() or request.method != "GET":
        return []
    here = url_for(request.endpoint, **(request.view_args or {}))
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != CHOICE]
    return [
        (f"{here}?{urlencode([*asked, (CHOICE, code)])}", name, TAGS[code])
        for code, name in LANGUAGES.items()
        if code != language.language()
    ]


def _chosen() -> str:
    """What the reader chose here, or once before; else nothing."""
    asked = (request.args.get(CHOICE, ""), request.cookies.get(_cookie(), ""))
    return next((code for code in asked if code in LANGUAGES), "")


def _preferred() -> str:
    """What the browser asks for, by its own order. Whoever asks for Polish as spoken in Poland means our Polish."""
    asked = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((code for code in asked if code in LANGUAGES), ENGLISH)


def _cookie() -> str:
    return settings().cookie_name(CHOICE)
