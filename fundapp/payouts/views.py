"""Paying: what is to pay, what waits for a second person, what is done; and one request's payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.money import pounds
from fundapp.core.roles import Role
from fundapp.grants import deciding, lifecycle, reading, steps, telling
from fundapp.grants import queries as grants
from fundapp.grants.forms import ActForm, MaybeWordsForm, OpenForm, WordsForm, choices
from fundapp.grants.lifecycle import COMMITTED, Action, Status, Tie
from fundapp.grants.models import GrantRequest
from fundapp.grants.together.models import AwardPart
from fundapp.grants.views.acting import act, closed_page, named
from fundapp.ledger import queries as ledger
from fundapp.payouts import queries, search, service, waiting
from fundapp.payouts.forms import PART, CameBackForm, PaymentForm, payment_form
from fundapp.payouts.models import Payment
from fundapp.people import queries as people
from fundapp.web import paging
from fundapp.web.filters import day
from fundapp.web.guards import fresh_proof, guard, only
from fundapp.web.identity import actor
from fundapp.web.navigation import nav_item
from fundapp.web.needs import work
from fundapp.web.searching import search_source
from fundapp.web.session import db

READERS = (Role.FINANCE, Role.AUDITOR)

blueprint = Blueprint("payouts", __name__, url_prefix="/payouts")
guard(blueprint, *READERS)
nav_item(blueprint, marked("Payouts"), "payouts.desk", READERS, 30, waiting=waiting.count_payments)
work(blueprint, marked("Payouts"), "payouts.desk", [Role.FINANCE], 30, waiting.payments)
search_source(blueprint, "payments", marked("Payments"), search.HINT, READERS, 30, search.find, names=search.NAMES)

FORMS: dict[Action, type[ActForm]] = {
    Action.ENTER_PAYMENT: PaymentForm,
    Action.RELEASE_PAYMENT: ActForm,
    Action.REFUSE_PAYMENT: WordsForm,
    Action.TAKE_BACK: CameBackForm,
    Action.RELEASE_AWARD: WordsForm,
    Action.RELEASE_REST: WordsForm,
    Action.STEP_ASIDE: MaybeWordsForm,
}
_NEXT = {
    Status.AGREED: Action.ENTER_PAYMENT,
    Status.PART_PAID: Action.ENTER_PAYMENT,
    Status.BEING_PAID: Action.RELEASE_PAYMENT,
}
# How many of each a page shows. Beyond that, the oldest are done first anyway.
SHOWN = 50


@blueprint.get("")
def desk() -> ResponseReturnValue:
    """What needs a payment entered, what needs a second person, and what is done."""
    me = actor()
    pays = me.has(Role.FINANCE)
    to_release, to_enter = (_open(me, state, mine=True) for state in ((Status.BEING_PAID,), (Status.AGREED, Status.PART_PAID)))
    others = _open(me, COMMITTED, mine=False) if pays else []
    shown = [*to_release, *to_enter, *others]
    return render_template(
        "payouts/desk.html",
        to_enter=to_enter,
        to_release=to_release,
        others=others,
        count=waiting.how_many(me),
        standing=queries.standing_of(db(), [row.id for row in shown if row.status == Status.BEING_PAID]),
        done=paging.page_of(db(), queries.released(), number=paging.asked()),
        teams=people.team_names(db(), [row.team_id for row in shown]),
        conflicted=grants.conflicted(db(), me, [row.id for row in others]),
        me_id=me.user_id,
        team_id=me.team_id,
        pays=pays,
        payable_pence=grants.agreed_not_paid_pence(db()),
        today=clock.today(),
    )


def _open(me: Actor, states: Iterable[Status], *, mine: bool) -> Sequence[GrantRequest]:
    """What is open in these states: what this finance officer can take on now, or what waits for somebody else. A reader sees all."""
    found = grants.for_finance(*states).limit(SHOWN)
    if me.has(Role.FINANCE):
        can = GrantRequest.id.in_(waiting.to_pay(me).with_only_columns(GrantRequest.id).order_by(None))
        found = found.where(can if mine else ~can)
    return db().scalars(found).all()


@blueprint.get("/<int:request_id>")
def show(request_id: int) -> ResponseReturnValue:
    """One request's payment. Each reading is written down; an auditor first says why."""
    with transaction(db()):
        found, ties = _agreed(request_id)
        is_open = reading.begin(db(), found, actor(), ties, works=reading.PAYERS)
    return _shown(found, ties) if is_open else closed_page(found, OpenForm(formdata=None), "payouts")


@blueprint.post("/<int:request_id>/enter")
@only(Role.FINANCE)
def enter_payment(request_id: int) -> ResponseReturnValue:
    """Enter a payment."""
    found = _agreed(request_id)[0]
    form = payment_form(found, queries.left_by_thing(queries.parts(db(), found)))()
    form.left_pence = found.set_aside_pence
    done = form.validate() and act(
        form,
        lambda: service.enter_payment(
            db(),
            actor=actor(),
            request_id=request_id,
            version=form.shown_for,
            amount_pence=form.amount.data,
            paid_on=form.paid_on.data,
            supplier=form.supplier.data or "",
            bank_reference=form.reference.data or "",
            is_last=form.rest.data != PART,
            costs=form.costs,
        ),
        good=_("Entered. Somebody else checks and releases it."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.ENTER_PAYMENT, form)


@blueprint.post("/<int:request_id>/release")
@only(Role.FINANCE)
@fresh_proof
def release_payment(request_id: int) -> ResponseReturnValue:
    """Release what somebody else entered."""
    form = ActForm()
    done = form.validate() and act(
        form,
        lambda: service.release_payment(db(), actor=actor(), request_id=request_id, version=form.shown_for),
        good=_("Released and written in the ledger. The key worker is told."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.RELEASE_PAYMENT, form)


@blueprint.post("/<int:request_id>/refuse")
@only(Role.FINANCE)
def refuse_payment(request_id: int) -> ResponseReturnValue:
    """Send back what somebody else entered."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: service.refuse_payment(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("Sent back. It can be entered again."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.REFUSE_PAYMENT, form)


@blueprint.post("/<int:request_id>/came-back")
@only(Role.FINANCE)
def take_back_payment(request_id: int) -> ResponseReturnValue:
    """Undo a payment that came back from the bank."""
    form = CameBackForm()
    form.payment.choices = _came_back(queries.history(db(), request_id))
    done = form.validate() and act(
        form,
        lambda: service.take_back_payment(
            db(), actor=actor(), request_id=request_id, version=form.shown_for, number=form.payment.data, reason=form.said
        ),
        good=_("Taken back in the ledger. The money is set aside again, and can be paid anew."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.TAKE_BACK, form)


@blueprint.post("/<int:request_id>/give-back")
@only(Role.FINANCE)
def give_back(request_id: int) -> ResponseReturnValue:
    """Give an agreed grant that will not be spent back to its fund."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.release_award(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("Given back to its fund. The key worker is told why."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.RELEASE_AWARD, form)


@blueprint.post("/<int:request_id>/give-rest-back")
@only(Role.FINANCE)
def give_rest_back(request_id: int) -> ResponseReturnValue:
    """Give what is left of a grant that was paid in part back to its fund."""
    form = WordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.release_rest(db(), actor=actor(), request_id=request_id, version=form.shown_for, reason=form.said),
        good=_("The rest is given back to its fund. The key worker is told why."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.RELEASE_REST, form)


@blueprint.post("/<int:request_id>/step-aside")
@only(Role.FINANCE)
def step_aside(request_id: int) -> ResponseReturnValue:
    """Declare a conflict."""
    form = MaybeWordsForm()
    done = form.validate() and act(
        form,
        lambda: deciding.step_aside(db(), actor=actor(), request_id=request_id, version=form.shown_for, words=form.said),
        good=_("You stepped aside. Somebody else pays this one."),
        then=_address(request_id),
    )
    return done or _page(request_id, Action.STEP_ASIDE, form)


def _agreed(request_id: int) -> tuple[GrantRequest, frozenset[Tie]]:
    found, ties = steps.seen(db(), request_id, actor())
    if found.agreed_at is None:
        raise NotFound
    return found, ties


def _page(request_id: int, sent: Action, form: ActForm) -> ResponseReturnValue:
    return _shown(*_agreed(request_id), sent, form)


def _shown(found: GrantRequest, ties: frozenset[Tie], sent: Action | None = None, form: ActForm | None = None) -> ResponseReturnValue:
    me = actor()
    can = lifecycle.allowed(found.status, me.roles & {Role.FINANCE, Role.ADMIN}, ties)
    payments, parts = queries.history(db(), found.id), queries.parts(db(), found)
    waits = next((one for one in payments if one.waits), None)
    forms = {action: _blank(action, found, payments, parts) for action in can if action in FORMS}
    if sent is not None and form is not None:
        forms[sent] = named(form, sent)
    funds = {one.code: one for one in ledger.fund_positions(db())}
    came = telling.came_of_it(db(), found)
    page = render_template(
        "payouts/payment.html",
        asked=found,
        ties=ties,
        can=can,
        form=form,
        forms={action.value: one for action, one in forms.items()},
        payment=waits,
        payments=[one for one in payments if one.refused_at is None],
        funds=[funds[code] for code in dict.fromkeys(part.fund_code for part in parts)],
        clears=queries.by_fund(parts),
        why_not=_why_not(found, me, ties),
        story=telling.story(db(), found, me, desk=True),
        bills=came.bills,
        result=came.words,
        team=people.team_names(db(), [found.team_id]).get(found.team_id, ""),
        status_tag=telling.DESK_TAGS[found.status],
        open_form=sent.value if sent else "",
    )
    return page, form.status if form is not None else 200


def _blank(action: Action, found: GrantRequest, payments: Sequence[Payment], parts: Iterable[AwardPart]) -> ActForm:
    facts: dict[str, object] = {"version": found.version}
    if action is Action.ENTER_PAYMENT:
        facts |= {
            "amount": found.set_aside_pence,
            "supplier": found.shops,
            "paid_on": clock.today(),
            "reference": f"FUND {found.id}",
        }
    kind = payment_form(found, queries.left_by_thing(parts)) if action is Action.ENTER_PAYMENT else FORMS[action]
    form = kind(formdata=None, data=facts)
    if isinstance(form, CameBackForm):
        form.payment.choices = _came_back(payments)
    return named(form, action)


def _came_back(payments: Sequence[Payment]) -> list[Any]:
    """The payments that can have come back."""
    return choices({one.number: _paid(one) for one in payments if one.stands_paid})


def _paid(payment: Payment) -> str:
    told = {"amount": pounds(payment.amount_pence), "payee": payment.supplier, "day": day(payment.paid_on)}
    return _("%(amount)s to %(payee)s, %(day)s") % told


def _why_not(found: GrantRequest, me: Actor, ties: frozenset[Tie]) -> str:
    """Why a finance officer cannot take the next step here, as a sentence."""
    action = _NEXT.get(found.status)
    rule = lifecycle.rule(found.status, action) if action else None
    return (lifecycle.why_not(rule, me.roles, ties) or "") if rule is not None and me.has(Role.FINANCE) else ""


def _address(request_id: int) -> str:
    return url_for("payouts.show", request_id=request_id)
