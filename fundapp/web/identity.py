"""Who is asking. The people room says how a session is found; this room only carries the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from flask import Flask, has_request_context
from flask_login import AnonymousUserMixin, LoginManager, current_user

from fundapp.core.actor import Actor
from fundapp.core.errors import NotAllowed
from fundapp.core.language import gettext as _


@runtime_checkable
class SignedIn(Protocol):
    """What the people room hands over for somebody who is signed in."""

    @property
    def actor(self) -> Actor:
        """The seats they hold."""
        ...

    @property
    def person(self) -> Any:
        """Their account, as the pages show it."""
        ...

    @property
    def proven(self) -> bool:
        """Whether they have shown all that their account asks for. Until then the app knows nobody, but for the second step."""
        ...

    @property
    def fresh(self) -> bool:
        """Whether they proved in this session, within the last minutes, that it is them."""
        ...


# Finds who a session's token belongs to, or None.
Loader = Callable[[str], SignedIn | None]


def install(app: Flask, load: Loader) -> None:
    """Let Flask-Login carry the session's token in the signed cookie, and the loader find whose it is."""
    manager = LoginManager()
    # A phone changes its address all day; the token alone is the proof, and it can be ended from anywhere.
    manager.session_protection = None
    manager.anonymous_user = AnonymousUserMixin
    manager.user_loader(load)
    manager.init_app(app, add_context_processor=False)


def signed_in() -> SignedIn | None:
    """The session of this request, or None. One that has shown a password where more is asked for is nobody's yet."""
    found = arriving()
    return found if found and found.proven else None


def arriving() -> SignedIn | None:
    """The session of this request even where its second step is still to come. For that step's own pages."""
    if not has_request_context() or not current_user or not current_user.is_authenticated:
        return None
    found: SignedIn = current_user._get_current_object()
    return found


def token() -> str:
    """What the session of this request is known by. Raises NotAllowed when nobody is signed in."""
    if signed_in() is None:
        raise NotAllowed(_("Sign in first."))
    return str(current_user.get_id())


def actor() -> Actor:
    """The person who is asking. Raises NotAllowed when nobody is signed in."""
    found = signed_in()
    if found is None:
        raise NotAllowed(_("Sign in first."))
    return found.actor


def me() -> Any:
    """The account of whoever is asking, or None."""
    found = signed_in()
    return found.person if found else None
