"""Gift Aid, for donors: declared on a gift's own page, and looked after on the declaration's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.gateways.documents.statement import statement_pdf
from fundapp.giving import queries, statements
from fundapp.giving.gift_aid import declaring as gift_aid
from fundapp.giving.gift_aid import queries as reading
from fundapp.giving.gift_aid import wording
from fundapp.giving.gift_aid.covering import Why, covers
from fundapp.giving.gift_aid.forms import CancelForm, DeclareForm, NumberForm
from fundapp.giving.gift_aid.models import Scope
from fundapp.giving.gift_aid.queries import Standing
from fundapp.giving.models import Donation
from fundapp.giving.receipts import reference_of
from fundapp.giving.statements import Statement
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.forms import PublicForm
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import carried, lean, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("gift_aid", __name__)
guard(blueprint, PUBLIC)
translated(blueprint)
blueprint.after_request(keep_private)

FORM_LIVES = timedelta(days=1)
SIGNED = "a signed form key, made for this page and good for a day"
MOST = 30


@blueprint.get("/gifts/<string:token>/gift-aid")
@noticed("gifts")
def ask(token: str) -> ResponseReturnValue:
    """Declare Gift Aid for a gift, or see that it is declared."""
    return _ask(token, _gift(token), DeclareForm(formdata=None), NumberForm(formdata=None))


@blueprint.post("/gifts/<string:token>/gift-aid")
@without_token(SIGNED)
@limited("gift-aid", most=MOST)
@noticed("gifts")
def declare(token: str) -> ResponseReturnValue:
    """Take the declaration in, and lead to its own page."""
    donation, form = _gift(token), DeclareForm()
    form.offer(amount_pence=donation.amount_pence, charity=_charity())
    if _is_whole(form, f"gift/{donation.id}"):
        with form.refusals():
            with transaction(db()):
                made = gift_aid.declare(db(), donation_id=donation.id, scope=Scope(form.scope.data), details=form.details)
            return redirect(_page_of(made.donor_id), 303)
    return _ask(token, donation, form, NumberForm(formdata=None))


@blueprint.post("/gifts/<string:token>/gift-aid/number")
@without_token(SIGNED)
@limited("gift-aid-number", most=MOST)
@noticed("gifts")
def add(token: str) -> ResponseReturnValue:
    """Add a gift to a declaration that was made before."""
    donation, form = _gift(token), NumberForm()
    if _is_ours(form, f"gift/{donation.id}") & form.validate():
        with form.refusals():
            with transaction(db()):
                gift_aid.add_gift(db(), keys=keys(), donation_id=donation.id, typed=form.number.data or "")
            return redirect(url_for(".ask", token=token), 303)
    return _ask(token, donation, DeclareForm(formdata=None), form)


@blueprint.get("/gift-aid/<int:donor_id>/<string:token>")
@noticed("gift-aid")
def show(donor_id: int, token: str) -> ResponseReturnValue:
    """What somebody declared, which gifts it covers, and what they can do about it."""
    return _show(_standing(donor_id, token), token, CancelForm(formdata=None))


@blueprint.post("/gift-aid/<int:donor_id>/<string:token>/cancel")
@without_token(SIGNED)
@limited("gift-aid", most=MOST)
@noticed("gift-aid")
def cancel(donor_id: int, token: str) -> ResponseReturnValue:
    """Cancel it for gifts still to come."""
    found, form = _standing(donor_id, token), CancelForm()
    if _is_ours(form, f"donor/{donor_id}"):
        with form.refusals():
            with transaction(db()):
                gift_aid.cancel(db(), donor_id=donor_id)
            return redirect(_page_of(donor_id), 303)
    return _show(found, token, form)


@blueprint.get("/gift-aid/<int:donor_id>/<string:token>/change")
@noticed("gift-aid")
def change(donor_id: int, token: str) -> ResponseReturnValue:
    """Declare anew: another name, another home, other gifts."""
    found = _standing(donor_id, token)
    return _change(found, token, DeclareForm(formdata=None))


@blueprint.post("/gift-aid/<int:donor_id>/<string:token>/change")
@without_token(SIGNED)
@limited("gift-aid", most=MOST)
@noticed("gift-aid")
def follow(donor_id: int, token: str) -> ResponseReturnValue:
    """Take the next declaration in; the one before stays as it was, for the gifts it covers."""
    found, form = _standing(donor_id, token), DeclareForm()
    form.offer(amount_pence=None, charity=_charity())
    seen = form.number.data or ""
    if _is_whole(form, f"donor/{donor_id}/{seen}") and seen.isdigit():
        with form.refusals():
            with transaction(db()):
                scope = Scope(form.scope.data)
                gift_aid.follow(db(), donor_id=donor_id, number=int(seen), scope=scope, details=form.details)
            return redirect(_page_of(donor_id), 303)
    return _change(found, token, form)


@blueprint.get("/gift-aid/<int:donor_id>/<string:token>/years/<int:year>")
@noticed("gift-aid")
def year(donor_id: int, token: str, year: int) -> ResponseReturnValue:
    """What was given in a tax year, under this declaration."""
    found = _standing(donor_id, token)
    back = url_for(".show", donor_id=donor_id, token=token)
    pdf = url_for(".year_pdf", donor_id=donor_id, token=token, year=year)
    return render_template("giving/statement.html", statement=_statement(donor_id, year), back=back, pdf=pdf, standing=found)


@blueprint.get("/gift-aid/<int:donor_id>/<string:token>/years/<int:year>/statement.pdf")
@noticed("gift-aid")
def year_pdf(donor_id: int, token: str, year: int) -> ResponseReturnValue:
    """The same as a PDF."""
    _standing(donor_id, token)
    told = _statement(donor_id, year)
    whose = _("Declaration %(number)s") % {"number": gift_aid.number_of(keys(), donor_id)}
    page_url = settings().base_url + _page_of(donor_id)
    answer = make_response(statement_pdf(**told.for_pdf(people.fund_holder(db()), whose=whose, page_url=page_url)))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="gifts-{told.year}-{told.year + 1}.pdf"'
    return answer


def _ask(token: str, donation: Donation, form: DeclareForm, number: NumberForm) -> ResponseReturnValue:
    cover = covers(db(), donation)
    form.offer(amount_pence=donation.amount_pence, charity=_charity())
    form.form_key.data = number.form_key.data = _key(f"gift/{donation.id}")
    page = render_template(
        "giving/gift_aid_ask.html",
        form=form,
        number=number,
        donation=donation,
        cover=cover,
        Why=Why,
        too_old=gift_aid.is_too_old(donation),
        token=token,
        reference=reference_of(donation),
        paragraphs=_rest(),
        own_page=_page_of(cover.donor_id) if cover.donor_id else "",
        carried=carried(),
    )
    return page, max(form.status, number.status)


def _show(found: Standing, token: str, form: CancelForm) -> ResponseReturnValue:
    form.form_key.data = _key(f"donor/{found.donor_id}")
    gifts = reading.gifts_of(found.donor_id)
    page = paging.page_of(db(), gifts, number=paging.asked())
    told = render_template(
        "giving/gift_aid.html",
        form=form,
        standing=found,
        page=page,
        covers=reading.covers_of(db(), page.rows),
        Why=Why,
        reference_of=reference_of,
        number=gift_aid.number_of(keys(), found.donor_id),
        years=statements.statements(db(), db().scalars(gifts).all()),
        scope_words=reading.SCOPE_WORDS,
        how_words=reading.HOW_WORDS,
        undoable=gift_aid.is_undoable(found.held[0]),
        token=token,
    )
    return told, form.status


def _change(found: Standing, token: str, form: DeclareForm) -> ResponseReturnValue:
    form.offer(amount_pence=None, charity=_charity())
    form.number.data = str(found.newest.number)
    form.form_key.data = _key(f"donor/{found.donor_id}/{found.newest.number}")
    page = render_template("giving/gift_aid_change.html", form=form, standing=found, token=token, paragraphs=_rest(), carried=carried())
    return page, form.status


def _rest() -> Sequence[str]:
    """What is declared besides which gifts it is for: the same for each choice."""
    return wording.paragraphs(Scope.GIFT, amount_pence=0, charity=_charity())[1:]


def _is_whole(form: DeclareForm, purpose: str) -> bool:
    """Whether a declaration can be taken in as it was sent. What the tax office will read otherwise is shown once before."""
    if not (_is_ours(form, purpose) & form.validate()):
        return False
    said = form.respelled
    if said:
        form.agreed.data = said
        words = _(
            "The tax office reads Latin letters alone, and one first name. It will stand there as “%(words)s”."
            " Send it again if that is right."
        )
        form.note = words % {"words": said}
    return not said


def _is_ours(form: PublicForm, purpose: str) -> bool:
    if keys().unsign(f"gift-aid/{purpose}", form.form_key.data or "") == "form":
        return True
    form.form_errors = [_("This page has lain open for too long. What you wrote is kept: send it once more.")]
    return False


def _key(purpose: str) -> str:
    return keys().sign(f"gift-aid/{purpose}", "form", clock.now() + FORM_LIVES)


def _gift(token: str) -> Donation:
    donation = queries.by_token(db(), token)
    lean(donation.language)
    return donation


def _standing(donor_id: int, token: str) -> Standing:
    donor = gift_aid.donor_by_link(db(), keys(), donor_id, token)
    lean(donor.language)
    return reading.standing(db(), donor_id)


def _statement(donor_id: int, year: int) -> Statement:
    told = statements.statement(db(), db().scalars(reading.gifts_of(donor_id)).all(), year)
    if told is None:
        raise NotFound(_("Nothing was given in that year."))
    return told


def _page_of(donor_id: int) -> str:
    return url_for("gift_aid.show", donor_id=donor_id, token=gift_aid.token_of(keys(), donor_id))


def _charity() -> str:
    return people.fund_holder(db()).charity_name
