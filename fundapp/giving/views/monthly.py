"""Monthly gifts, for those who give them: back from paying, the page that a mailed link opens, and asking for that link."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.db import carry_out, transaction
from fundapp.core.errors import Busy, NotFound, OutsideFault, Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.giving import queries
from fundapp.giving.monthly import asking as monthly_asking
from fundapp.giving.monthly import gifts as monthly_gifts
from fundapp.giving.monthly import letters as monthly_letters
from fundapp.giving.monthly import links as monthly_links
from fundapp.giving.monthly import queries as monthly_queries
from fundapp.giving.monthly.changing import carry_out_act
from fundapp.giving.monthly.forms import AmountForm, AskLinkForm, DeedForm
from fundapp.giving.monthly.lifecycle import BEGUN, DEEDS, Deed, PledgeState
from fundapp.giving.monthly.models import Pledge, PledgeAct
from fundapp.giving.monthly.part import new_key, purpose
from fundapp.giving.monthly.settling import settle_pledge_page
from fundapp.web import paging
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import FETCHES, keep_private, policy, portal_origins
from fundapp.web.language import carried, lean, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("monthly", __name__, url_prefix="/monthly")
guard(blueprint, PUBLIC)
blueprint.after_request(keep_private)
translated(blueprint)

SIGNED_FORM = "a signed, expiring form key"
MAILED_LINK = "a link that was mailed, and a signed, expiring form key"
MONTHS_SHOWN = 12


@blueprint.after_request
def let_out(response: Response) -> Response:
    """The card is changed on Stripe's own page."""
    response.headers["Content-Security-Policy"] = policy(form_targets=portal_origins(settings())) + FETCHES
    return response


@blueprint.get("")
def ask_link() -> ResponseReturnValue:
    """Ask for the link to one's monthly gift."""
    return _asking_page(AskLinkForm(formdata=None))


@blueprint.post("")
@without_token(SIGNED_FORM)
@limited("monthly-link", most=10)
def ask_link_now() -> ResponseReturnValue:
    """The same answer whether anybody gives monthly with that address or not: a job looks, later."""
    form = AskLinkForm()
    if form.validate():
        with form.refusals():
            _check_key("ask", form.form_key.data)
            with transaction(db()) as session:
                monthly_links.ask(session, form.email.data or "")
            return redirect(url_for("monthly.sent") + carried(), 303)
    return _asking_page(form)


@blueprint.get("/sent")
def sent() -> ResponseReturnValue:
    """The same for everybody."""
    return render_template("giving/monthly_sent.html", carried=carried())


@blueprint.post("/of-gift/<string:token>")
@without_token("the gift's own address, and a signed, expiring form key")
@limited("monthly-link", most=10)
@noticed("gifts")
def send_link(token: str) -> ResponseReturnValue:
    """Have the link sent to whoever gives it: asked for from the page of one of its months, which many may see."""
    donation = queries.by_token(db(), token)
    lean(donation.language)
    pledge = monthly_queries.of_gift(db(), donation.id)
    if pledge is None:
        raise NotFound(_("This gift is no month of a monthly gift."))
    _check_key(f"gift/{donation.id}", request.form.get("form_key"))
    db().rollback()
    with transaction(db()) as session:
        monthly_letters.ask_for_link(session, pledge, mark=random_token())
    return redirect(url_for("monthly.sent") + carried(), 303)


@blueprint.get("/begun/<string:token>")
@noticed("gifts")
def came_back(token: str) -> ResponseReturnValue:
    """Back from the payment page. Coming here proves nothing: Stripe is asked. Then on to the first month's own page."""
    pledge = monthly_queries.by_return(db(), token)
    lean(pledge.language)
    session_id, is_open = pledge.session_id, pledge.state in {PledgeState.STARTED, PledgeState.EXPIRED}
    # End the reading transaction: none is held while Stripe is asked.
    db().rollback()
    if session_id and is_open:
        try:
            settle_pledge_page(db(), gateways.current().stripe, session_id)
        except (OutsideFault, Busy):
            # The bell or the sweep will tell; until then this page says that it waits.
            db().rollback()
    gift = monthly_queries.first_gift(db(), pledge.id)
    if gift:
        identity = gift.id
        with transaction(db()) as session:
            address = monthly_gifts.give_address(session, keys(), identity)
        return redirect(url_for("gifts.gift", token=address), 303)
    return render_template("giving/monthly_unpaid.html", pledge=monthly_queries.by_return(db(), token), token=token, States=PledgeState)


@blueprint.get("/<string:token>")
@noticed("monthly")
def manage(token: str) -> ResponseReturnValue:
    """How a monthly gift stands, and what its donor may do."""
    return _page(token, AmountForm(formdata=None))


@blueprint.post("/<string:token>/change")
@without_token(MAILED_LINK)
@limited("monthly", most=60)
@noticed("monthly")
def change(token: str) -> ResponseReturnValue:
    """Give another amount from the next month on."""
    form = AmountForm()
    if form.validate():
        with form.refusals():
            return _do(token, Deed.CHANGE, form.form_key.data, form.amount.data)
    return _page(token, form)


@blueprint.post("/<string:token>/pause")
@without_token(MAILED_LINK)
@limited("monthly", most=60)
@noticed("monthly")
def pause(token: str) -> ResponseReturnValue:
    """Give nothing until one goes on."""
    return _press(token, Deed.PAUSE)


@blueprint.post("/<string:token>/resume")
@without_token(MAILED_LINK)
@limited("monthly", most=60)
@noticed("monthly")
def resume(token: str) -> ResponseReturnValue:
    """Go on."""
    return _press(token, Deed.RESUME)


@blueprint.post("/<string:token>/stop")
@without_token(MAILED_LINK)
@limited("monthly", most=60)
@noticed("monthly")
def stop(token: str) -> ResponseReturnValue:
    """Stop for good."""
    return _press(token, Deed.STOP)


@blueprint.post("/<string:token>/card")
@without_token(MAILED_LINK)
@limited("monthly", most=60)
@noticed("monthly")
def card(token: str) -> ResponseReturnValue:
    """To Stripe's own page, where the card is changed and nothing else."""
    form = DeedForm()
    with form.refusals():
        _check_key(token, form.form_key.data)
        pledge = _opened(token)
        customer, language = pledge.customer_id, pledge.language
        db().rollback()
        if customer is None or pledge.state not in BEGUN:
            raise Refused(_("This monthly gift has been stopped already. Nothing more is taken."))
        back = settings().base_url + url_for("monthly.manage", token=token)
        try:
            return redirect(gateways.current().stripe.card_page(customer, back=back, language=language), 303)
        except OutsideFault as fault:
            raise Refused(_("The card company does not answer just now. Nothing was changed: try again in a minute.")) from fault
    return _page(token, form)


def _press(token: str, deed: Deed) -> ResponseReturnValue:
    form = DeedForm()
    with form.refusals():
        return _do(token, deed, form.form_key.data)
    return _page(token, form)


def _do(token: str, deed: Deed, form_key: str | None, pence: int | None = None) -> ResponseReturnValue:
    """Write it down, tell Stripe, and show how it stands. What Stripe does not answer to, the worker tries again."""
    form = _check_key(token, form_key)
    pledge = _opened(token)
    identity = pledge.id
    db().rollback()
    act = carry_out(db(), lambda: _ask(identity, deed, form, pence))
    act_id = act.id
    try:
        carry_out_act(db(), gateways.current().stripe, act_id)
    except (OutsideFault, Busy):
        db().rollback()
    return redirect(url_for("monthly.manage", token=token) + carried(), 303)


def _ask(identity: UUID, deed: Deed, form: str, pence: int | None) -> PledgeAct:
    return monthly_asking.ask(db(), pledge_id=identity, deed=deed, form=form, amount_pence=pence)


def _opened(token: str) -> Pledge:
    pledge = monthly_links.opened(db(), token)
    lean(pledge.language)
    return pledge


def _page(token: str, form: DeedForm) -> ResponseReturnValue:
    try:
        pledge = _opened(token)
    except NotFound as ran_out:
        return render_template("giving/monthly_no_link.html", sentence=ran_out.sentence, carried=carried()), 404
    amounts = form if isinstance(form, AmountForm) else AmountForm(formdata=None)
    months = paging.page_of(db(), monthly_queries.gifts(pledge.id), number=paging.asked(), per_page=MONTHS_SHOWN)
    page = render_template(
        "giving/monthly.html",
        pledge=pledge,
        form=form,
        amounts=amounts,
        key=new_key(keys(), token),
        token=token,
        deeds=DEEDS[pledge.state],
        Deed=Deed,
        States=PledgeState,
        standing=monthly_queries.standing_act(db(), pledge.id),
        months=months,
        links={month.id: keys().link_token("gift", str(month.id)) for month in months},
        carried=carried(),
    )
    return page, form.status


def _asking_page(form: AskLinkForm) -> ResponseReturnValue:
    return render_template("giving/monthly_ask.html", form=form, key=new_key(keys(), "ask"), carried=carried()), form.status


def _check_key(what: str, form_key: str | None) -> str:
    """What a form's key stands for. Raises Refused for one that is too old, or was not made for this page."""
    made = keys().unsign(purpose(what), form_key or "")
    if made is None:
        raise Refused(_("This page was open for more than a day, so nothing was sent. What you wrote is kept: send it once more."))
    return made
