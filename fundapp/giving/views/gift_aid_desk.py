"""Gift Aid, for finance: which declarations there are, in counts and references. Who declared is opened with a reason."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.roles import Role
from fundapp.giving import queries
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid import details
from fundapp.giving.gift_aid import queries as reading
from fundapp.giving.gift_aid.covering import Why
from fundapp.giving.gift_aid.declaring import Spoken
from fundapp.giving.gift_aid.forms import EnterForm, OpenDeclarationForm
from fundapp.giving.gift_aid.models import How, Scope
from fundapp.giving.receipts import reference_of
from fundapp.web import paging
from fundapp.web.guards import guard, only
from fundapp.web.identity import actor
from fundapp.web.session import db

blueprint = Blueprint("gift_aid_desk", __name__, url_prefix="/finance/gift-aid")
guard(blueprint, Role.FINANCE, Role.AUDITOR)


@blueprint.get("")
def declarations() -> ResponseReturnValue:
    """Every declaration, the newest first. No names."""
    page = paging.page_of(db(), reading.all_declarations(), number=paging.asked())
    return render_template(
        "giving/gift_aid_declarations.html",
        page=page,
        counts=reading.gift_counts(db(), [one.donor_id for one in page]),
        cancelled=reading.cancelled_on(db(), [one.id for one in page]),
        scope_words=reading.SCOPE_WORDS,
        how_words=reading.HOW_WORDS,
        may_enter=actor().has(Role.FINANCE),
    )


@blueprint.get("/enter")
@only(Role.FINANCE)
def new() -> ResponseReturnValue:
    """Write down a declaration that was made by phone or on paper."""
    return _new(EnterForm(formdata=None))


@blueprint.post("/enter")
@only(Role.FINANCE)
def enter() -> ResponseReturnValue:
    """Keep it, and lead to it."""
    form = EnterForm()
    _offer(form)
    if form.validate():
        with form.refusals():
            with transaction(db()):
                spoken = Spoken(How(form.how.data), form.made_on.data, form.record_sent_on.data)
                made = gift_aid.enter(
                    db(),
                    actor=actor(),
                    donation_id=_gift_of(form.gift.data or ""),
                    scope=Scope(form.scope.data),
                    details=form.details,
                    spoken=spoken,
                )
            return redirect(url_for(".declaration", declaration_id=made.id), 303)
    return _new(form)


@blueprint.post("/<int:declaration_id>/cancel")
@only(Role.FINANCE)
def cancel(declaration_id: int) -> ResponseReturnValue:
    """Cancel for a donor who asked for it in another way than by their page."""
    found, form = reading.declaration(db(), declaration_id), OpenDeclarationForm(formdata=None)
    with form.refusals():
        with transaction(db()):
            gift_aid.cancel(db(), donor_id=found.donor_id, actor=actor())
        return redirect(url_for(".declaration", declaration_id=declaration_id), 303)
    return _one(declaration_id, form)


@blueprint.get("/<int:declaration_id>")
def declaration(declaration_id: int) -> ResponseReturnValue:
    """One declaration: its words and its gifts, and who declared once the reader has said why."""
    return _one(declaration_id, OpenDeclarationForm(formdata=None))


@blueprint.post("/<int:declaration_id>/open")
def open_to_read(declaration_id: int) -> ResponseReturnValue:
    """Open who declared until midnight, with a reason."""
    form = OpenDeclarationForm()
    if form.validate():
        with form.refusals():
            with transaction(db()):
                reading.open_to_read(db(), actor=actor(), declaration_id=declaration_id, words=form.words.data or "")
            return redirect(url_for(".declaration", declaration_id=declaration_id), 303)
    return _one(declaration_id, form)


def _new(form: EnterForm) -> ResponseReturnValue:
    _offer(form)
    return render_template("giving/gift_aid_enter.html", form=form), form.status


def _offer(form: EnterForm) -> None:
    hows = {how.value: _(words) for how, words in reading.HOW_WORDS.items() if how is not How.ONLINE}
    form.offer(hows=hows, scopes={scope.value: _(words) for scope, words in reading.SCOPE_WORDS.items()})


def _gift_of(typed: str) -> UUID:
    """The one gift whose receipt has this number. Raises Refused."""
    found, total = queries.by_receipt(db(), typed.strip().upper(), limit=2, offset=0)
    if total != 1:
        raise Refused(_("No gift has that number on its receipt, or more than one has. It has eight figures, like 89E70DB6."))
    return found[0].id


def _one(declaration_id: int, form: OpenDeclarationForm) -> ResponseReturnValue:
    found = reading.declaration(db(), declaration_id)
    is_open = reading.is_open_to(db(), actor(), found)
    who = details.opened(found.details) if is_open else None
    page = paging.page_of(db(), reading.gifts_of(found.donor_id), number=paging.asked())
    told = render_template(
        "giving/gift_aid_declaration.html",
        form=form,
        found=found,
        is_open=is_open,
        who=who,
        there=details.for_schedule(who) if who else None,
        is_as_declared=reading.is_as_declared(found),
        page=page,
        covers=reading.covers_of(db(), page.rows),
        Why=Why,
        cancelled=reading.cancelled_on(db(), [found.id]).get(found.id),
        reference_of=reference_of,
        scope_words=reading.SCOPE_WORDS,
        how_words=reading.HOW_WORDS,
        may_act=actor().has(Role.FINANCE),
        newest=reading.standing(db(), found.donor_id).newest.id == found.id,
    )
    return told, form.status
