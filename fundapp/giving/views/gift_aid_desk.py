"""Gift Aid, for finance: which declarations there are, in counts and references. Who declared is opened with a reason."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import transaction
from fundapp.core.roles import Role
from fundapp.giving import gift_aid_details as details
from fundapp.giving import gift_aid_queries as reading
from fundapp.giving.gift_aid_covering import Why
from fundapp.giving.gift_aid_forms import OpenDeclarationForm
from fundapp.giving.receipts import reference_of
from fundapp.web import paging
from fundapp.web.guards import guard
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
    )


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
    )
    return told, form.status
