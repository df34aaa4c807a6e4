"""What every step's view does alike: one transaction, then on; a stale page is told, a refusal is shown in its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import carry_out
from fundapp.core.errors import Conflict
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.grants import telling
from fundapp.grants.forms import OpenForm
from fundapp.grants.lifecycle import Action
from fundapp.grants.models import GrantRequest
from fundapp.grants.steps import AlreadyDone
from fundapp.web.forms import Form
from fundapp.web.session import db

# Where an auditor reads a request, and what that place is called.
_PLACES = {"decisions": ("decisions.queue", marked("Decisions")), "payouts": ("payouts.desk", marked("Payouts"))}
AnyForm = TypeVar("AnyForm", bound=Form)
Done = TypeVar("Done")


def named(form: AnyForm, action: Action) -> AnyForm:
    """The form with ids of its own, because a page holds several that share a field's name."""
    for field in form:
        field.id = f"{action.value}-{field.short_name}"
    return form


def act(form: Form, do: Callable[[], Done], *, good: str | Callable[[Done], str], then: str) -> ResponseReturnValue | None:
    """Take one step, say what was done, and go on to `then`. None when a rule said no: the form has its sentence and what was typed.

    Somebody who was second, or clicked twice, is told so on the page they go on to; nothing is done again.
    """
    with form.refusals():
        try:
            done = carry_out(db(), do)
        except AlreadyDone as told:
            flash(told.sentence, "good")
        except Conflict as told:
            flash(told.sentence, "warn")
        else:
            flash(good if isinstance(good, str) else good(done), "good")
        return redirect(then, 303)
    return None


def closed_page(found: GrantRequest, form: OpenForm, place: str) -> ResponseReturnValue:
    """A request as an auditor sees it before they say why they open it: figures alone."""
    endpoint, label = _PLACES[place]
    back = (_(label), url_for(endpoint))
    tag = telling.DESK_TAGS[found.status]
    return render_template("grants/closed.html", asked=found, form=form, place=place, back=back, status_tag=tag), form.status
