"""Refunds as finance sees them: what donors asked for, what waits for a second person, what became of it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import carry_out
from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.giving import queries as gifts
from fundapp.giving import rules
from fundapp.giving.models import Donation
from fundapp.giving.refunds import lifecycle, queries, refunding
from fundapp.giving.refunds import waiting as refund_waiting
from fundapp.giving.refunds.forms import AnswerForm, BankRefundForm, FindGiftForm, RefundForm, SendBackForm
from fundapp.giving.refunds.lifecycle import State
from fundapp.giving.refunds.models import GiftRefund
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.forms import Form
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.needs import work
from fundapp.web.session import db

READERS = (Role.FINANCE, Role.AUDITOR)

blueprint = Blueprint("refunds", __name__, url_prefix="/finance/refunds")
guard(blueprint, *READERS)
work(blueprint, marked("Refunds"), "refunds.queue", [Role.FINANCE], 34, refund_waiting.refunds)


@blueprint.get("")
def queue() -> ResponseReturnValue:
    """Every refund: what waits first."""
    return _queue(FindGiftForm(formdata=None))


@blueprint.post("/begin")
@only(Role.FINANCE)
def begin() -> ResponseReturnValue:
    """Take up the refund of a gift that nobody asked for on its page, or of a payment that belongs to no gift."""
    form = FindGiftForm()
    if form.validate():
        with form.refusals():
            made = carry_out(db(), lambda: _begin(form.number.data or ""))
            return redirect(_address(made.id), 303)
    return _queue(form)


@blueprint.get("/<int:refund_id>")
def show(refund_id: int) -> ResponseReturnValue:
    """One refund."""
    return _shown(refund_id)


@blueprint.post("/<int:refund_id>/enter")
@only(Role.FINANCE)
@fresh_proof
def enter(refund_id: int) -> ResponseReturnValue:
    """Enter how much is given back."""
    form = _entering(queries.refund(db(), refund_id))
    by_bank = isinstance(form, BankRefundForm)
    return _act(
        refund_id,
        form,
        lambda: refunding.enter(
            db(),
            actor=actor(),
            refund_id=refund_id,
            amount_pence=form.amount.data,
            paid_on=form.paid_on.data if by_bank else None,
            bank_reference=(form.bank_reference.data or "") if by_bank else "",
        ),
    )


@blueprint.post("/<int:refund_id>/agree")
@only(Role.FINANCE)
@fresh_proof
def agree(refund_id: int) -> ResponseReturnValue:
    """Agree to what somebody else entered."""
    return _act(refund_id, Form(), lambda: refunding.agree(db(), actor=actor(), refund_id=refund_id))


@blueprint.post("/<int:refund_id>/send-back")
@only(Role.FINANCE)
def send_back(refund_id: int) -> ResponseReturnValue:
    """Send back what somebody else entered."""
    form = SendBackForm()
    return _act(refund_id, form, lambda: refunding.send_back(db(), actor=actor(), refund_id=refund_id, words=form.back_words.data or ""))


@blueprint.post("/<int:refund_id>/decline")
@only(Role.FINANCE)
def decline(refund_id: int) -> ResponseReturnValue:
    """Say no to what a donor asked for."""
    form = AnswerForm()
    return _act(refund_id, form, lambda: refunding.decline(db(), actor=actor(), refund_id=refund_id, words=form.words.data or ""))


def _act(refund_id: int, form: Form, act: Callable[[], GiftRefund]) -> ResponseReturnValue:
    if form.validate():
        with form.refusals():
            state = State(carry_out(db(), act).state)
            flash(_(_SAID.get(state, _NOTED)), "good")
            return redirect(_address(refund_id), 303)
    return _shown(refund_id, form)


_NOTED = marked("Noted.")
_SAID = {
    State.ENTERED: marked("Entered. Somebody else agrees to it or sends it back."),
    State.SENDING: marked("Stripe is asked for it now. The donor’s page tells how it goes."),
    State.DONE: marked("Written in the ledger. The donor’s page tells it."),
    State.ASKED: marked("Sent back. It can be entered again."),
    State.DECLINED: marked("Declined. The donor reads your words on the gift’s page."),
    State.WITHDRAWN: marked("Let go. Nothing was given back."),
}


def _begin(number: str) -> GiftRefund:
    """The refund of what this number stands for. Raises NotFound and Refused."""
    if number.startswith(("ch_", "py_")):
        subject = queries.subject_of_charge(db(), number)
        if subject is None:
            return refunding.begin_unknown(db(), actor=actor(), charge_id=number)
        return refunding.begin(db(), actor=actor(), donation=db().get_one(Donation, subject), charge_id=number)
    found, count = gifts.by_receipt(db(), number.upper(), limit=2, offset=0)
    if count != 1:
        raise Refused(_("No gift has the receipt number “%(number)s”.") % {"number": number[:20]})
    return refunding.begin(db(), actor=actor(), donation=found[0])


def _queue(form: FindGiftForm) -> ResponseReturnValue:
    page = paging.page_of(db(), queries.all_refunds(), number=paging.asked())
    told = render_template(
        "giving/refunds.html", page=page, form=form, lifecycle=lifecycle, may_act=actor().has(Role.FINANCE), reference=_reference
    )
    return told, form.status


def _shown(refund_id: int, sent: Form | None = None) -> ResponseReturnValue:
    refund, me = queries.refund(db(), refund_id), actor()
    donation = db().get(Donation, refund.donation_id) if refund.donation_id else None
    may_act = me.has(Role.FINANCE)
    page = render_template(
        "giving/refund.html",
        refund=refund,
        donation=donation,
        reference=_reference(refund),
        form=sent,
        entering=sent if isinstance(sent, RefundForm) else _entering(refund, blank=True),
        answering=sent if isinstance(sent, AnswerForm) else AnswerForm(formdata=None),
        returning=sent if isinstance(sent, SendBackForm) else SendBackForm(formdata=None),
        lifecycle=lifecycle,
        left_pence=queries.left_pence(db(), refund.subject),
        disputed=queries.is_disputed(db(), refund.charge_id),
        names=people.names(db(), [one for one in (refund.entered_by, refund.agreed_by) if one]),
        acts=may_act,
        may_enter=may_act and refund.state == State.ASKED,
        may_agree=may_act and refund.state == State.ENTERED and refund.entered_by != me.user_id,
        is_mine=refund.state == State.ENTERED and refund.entered_by == me.user_id,
        by_two_from=rules.now(db()).refund_by_two_from_pence,
    )
    return page, sent.status if sent is not None else 200


def _entering(refund: GiftRefund, *, blank: bool = False) -> RefundForm:
    """The form that this refund is entered with: all that is left, to begin with."""
    kind = RefundForm if refund.charge_id else BankRefundForm
    if not blank:
        return kind()
    return kind(formdata=None, data={"amount": queries.left_pence(db(), refund.subject), "paid_on": clock.today()})


def _reference(refund: GiftRefund) -> str:
    """How people call what is given back: the receipt's number, or Stripe's."""
    return refund.donation_id.hex[: gifts.RECEIPT_LENGTH].upper() if refund.donation_id else refund.charge_id or ""


def _address(refund_id: int) -> str:
    return url_for("refunds.show", refund_id=refund_id)
