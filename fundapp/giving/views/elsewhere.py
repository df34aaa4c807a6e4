"""Gifts made elsewhere: entered, checked by a second person, put right by two; and the letter that thanks for one."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core.db import carry_out
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked, speaking
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.gateways.documents.gift_letter import gift_letter_pdf
from fundapp.giving.elsewhere import entering as elsewhere
from fundapp.giving.elsewhere import queries
from fundapp.giving.elsewhere import reversing as elsewhere_reversing
from fundapp.giving.elsewhere import waiting as elsewhere_waiting
from fundapp.giving.elsewhere.forms import PERSON, ElsewhereForm, WhyForm
from fundapp.giving.elsewhere.letter import letter_of
from fundapp.giving.elsewhere.models import MEANS_WORDS, GiftElsewhere, Means
from fundapp.ledger import queries as ledger
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.app import keys, settings
from fundapp.web.forms import Form
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.needs import work
from fundapp.web.session import db

READERS = (Role.FINANCE, Role.AUDITOR)

blueprint = Blueprint("elsewhere", __name__, url_prefix="/finance/gifts-elsewhere")
guard(blueprint, *READERS)
work(blueprint, marked("Gifts made elsewhere"), "elsewhere.every", [Role.FINANCE], 36, elsewhere_waiting.gifts)


@blueprint.get("")
def every() -> ResponseReturnValue:
    """All of them: what waits for a second person first."""
    page = paging.page_of(db(), queries.every(), number=paging.asked())
    return render_template(
        "giving/elsewhere.html", page=page, fund_names=_fund_names(), means=MEANS_WORDS, may_enter=actor().has(Role.FINANCE)
    )


@blueprint.route("/new", methods=["GET", "POST"])
@only(Role.FINANCE)
def enter() -> ResponseReturnValue:
    """Enter one."""
    form = ElsewhereForm()
    form.fund_code.choices = [("", _("Choose a fund")), *_fund_names().items()]
    if form.validate_on_submit():
        with form.refusals():
            made = carry_out(db(), lambda: _enter(form))
            flash(_("Entered. Somebody else checks it against the bank statement."), "good")
            return redirect(_address(made.id), 303)
    return render_template("giving/enter_elsewhere.html", form=form), form.status


@blueprint.get("/<int:gift_id>")
def show(gift_id: int) -> ResponseReturnValue:
    """One of them."""
    return _shown(gift_id)


@blueprint.post("/<int:gift_id>/check")
@only(Role.FINANCE)
@fresh_proof
def check(gift_id: int) -> ResponseReturnValue:
    """Say that it stands on the statement: it becomes a gift."""
    said = _("In the ledger. Its page, its receipt and its proof are there; print the letter.")
    return _act(gift_id, Form(), lambda: elsewhere.check(db(), actor=actor(), keys=keys(), gift_id=gift_id), said)


@blueprint.post("/<int:gift_id>/send-back")
@only(Role.FINANCE)
def send_back(gift_id: int) -> ResponseReturnValue:
    """Send back what somebody else entered."""
    form = WhyForm()
    said = _("Sent back. It can be entered anew as it should be.")
    return _act(gift_id, form, lambda: elsewhere.send_back(db(), actor=actor(), gift_id=gift_id, words=form.words.data or ""), said)


@blueprint.post("/<int:gift_id>/call-wrong")
@only(Role.FINANCE)
def call_wrong(gift_id: int) -> ResponseReturnValue:
    """Say that a gift in the books is wrong."""
    form = WhyForm()
    said = _("Noted. Somebody else takes it back in the ledger, or keeps it.")
    act = elsewhere_reversing.call_wrong
    return _act(gift_id, form, lambda: act(db(), actor=actor(), gift_id=gift_id, words=form.words.data or ""), said)


@blueprint.post("/<int:gift_id>/keep")
@only(Role.FINANCE)
def keep(gift_id: int) -> ResponseReturnValue:
    """Keep it after all."""
    return _act(gift_id, Form(), lambda: elsewhere_reversing.keep(db(), actor=actor(), gift_id=gift_id), _("Kept as it was."))


@blueprint.post("/<int:gift_id>/take-back")
@only(Role.FINANCE)
@fresh_proof
def take_back(gift_id: int) -> ResponseReturnValue:
    """Take it back in the ledger, as the second person."""
    said = _("Taken back in the ledger. Both entries stay, and the gift’s page says so.")
    return _act(gift_id, Form(), lambda: elsewhere_reversing.take_back(db(), actor=actor(), gift_id=gift_id), said)


@blueprint.get("/<int:gift_id>/letter.pdf")
@only(Role.FINANCE)
def letter(gift_id: int) -> ResponseReturnValue:
    """The letter that thanks for it, with the way to the gift's page as a QR code."""
    row = queries.gift(db(), gift_id)
    if not row.stands:
        raise NotFound(_("There is no letter for this: it is no gift in the books."))
    with speaking(row.language):
        answer = make_response(gift_letter_pdf(**letter_of(db(), row, base_url=settings().base_url, keys=keys())))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="letter-{row.id}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _act(gift_id: int, form: Form, act: Callable[[], GiftElsewhere], said: str) -> ResponseReturnValue:
    if form.validate():
        with form.refusals():
            carry_out(db(), act)
            flash(said, "good")
            return redirect(_address(gift_id), 303)
    return _shown(gift_id, form)


def _enter(form: ElsewhereForm) -> GiftElsewhere:
    said = elsewhere.Entered(
        means=Means(form.means.data),
        given_by=form.given_by.data or "",
        is_individual=form.who.data == PERSON,
        fund_code=form.fund_code.data,
        amount_pence=form.amount.data,
        received_on=form.received_on.data,
        bank_reference=form.bank_reference.data or "",
        postal_address=form.postal_address.data or "",
        in_memory_of=form.in_memory_of.data or "",
        language=form.language.data,
        is_another=form.is_another.data,
    )
    return elsewhere.enter(db(), actor=actor(), once_key=form.once_key.data or "", said=said)


def _shown(gift_id: int, form: Form | None = None) -> ResponseReturnValue:
    row, me = queries.gift(db(), gift_id), actor()
    acts = me.has(Role.FINANCE)
    officers = (row.entered_by, row.checked_by, row.refused_by, row.reversal_asked_by, row.reversed_by)
    found = queries.like(
        db(), amount_pence=row.amount_pence, received_on=row.received_on, bank_reference=row.bank_reference, besides=row.id
    )
    page = render_template(
        "giving/one_elsewhere.html",
        gift=row,
        amount=pounds(row.amount_pence),
        form=form,
        why=form if isinstance(form, WhyForm) else WhyForm(formdata=None),
        means=MEANS_WORDS,
        fund=_fund_names().get(row.fund_code, ""),
        names=people.names(db(), officers),
        like=found if row.waits else [],
        acts=acts,
        may_check=acts and row.waits and row.entered_by != me.user_id,
        may_reverse=acts and row.is_being_reversed and row.reversal_asked_by != me.user_id,
        may_call_wrong=acts and row.stands and not row.is_being_reversed,
        gift_url=url_for("gifts.gift", token=keys().link_token("gift", str(row.donation_id))) if row.donation_id else "",
    )
    return page, form.status if form is not None else 200


def _fund_names() -> dict[str, str]:
    return {fund.code: fund.name for fund in ledger.funds(db())}


def _address(gift_id: int) -> str:
    return url_for("elsewhere.show", gift_id=gift_id)
