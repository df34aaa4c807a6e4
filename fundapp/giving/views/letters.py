"""Receipts by mail for those who ask; the way back for those who lost it; and an address's own page."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, OutsideFault
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.gateways.documents.statement import statement_pdf
from fundapp.giving import queries, statements
from fundapp.giving.letters import sending as service
from fundapp.giving.letters.forms import NEWS, RECEIPTS, AskReceiptForm, FindAgainForm, NewsForm
from fundapp.giving.letters.models import LetterAddress
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.monthly import queries as monthly_queries
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

blueprint = Blueprint("letters", __name__)
guard(blueprint, PUBLIC)
translated(blueprint)
blueprint.after_request(keep_private)

FORM_LIVES = timedelta(days=1)
SIGNED = "a signed form key, made for this page and good for a day"


@blueprint.get("/gifts/<string:token>/letters")
@noticed("gifts")
def ask(token: str) -> ResponseReturnValue:
    """Ask for a gift's receipt by mail, and to be found again by that address."""
    return _ask(token, _paid(token), AskReceiptForm(formdata=None))


@blueprint.post("/gifts/<string:token>/letters")
@without_token(SIGNED)
@limited("letters", most=30)
@noticed("gifts")
def ask_now(token: str) -> ResponseReturnValue:
    """Fetch the address from Stripe, keep it, and send the receipt there."""
    donation, form = _paid(token), AskReceiptForm()
    if _is_ours(form, f"gift/{donation.id}"):
        try:
            email = _email_of(donation)
        except OutsideFault:
            email = None
            form.form_errors = [_("The card company does not answer just now. Nothing was kept. Try again in a minute.")]
        if email:
            with form.refusals():
                with transaction(db()):
                    service.keep(db(), donation=donation, email=email, takes_news=not form.no_news.data)
                return redirect(url_for(".ask", token=token), 303)
        elif not form.form_errors:
            form.form_errors = [_("No e-mail address was written on the card company’s page, so there is nowhere to send it.")]
    return _ask(token, donation, form)


@blueprint.get("/gifts/find-again")
def lost() -> ResponseReturnValue:
    """For whoever lost the address of their gift's page."""
    return _lost(FindAgainForm(formdata=None))


@blueprint.post("/gifts/find-again")
@without_token(SIGNED)
@limited("find-gifts", most=10)
def find_again() -> ResponseReturnValue:
    """Have the links sent, if we have the address. What is answered does not tell."""
    form = FindAgainForm()
    if _is_ours(form, "lost") & form.validate():
        with form.refusals():
            with transaction(db()):
                service.ask_again(db(), email=form.email.data or "")
            return redirect(url_for(".looked"), 303)
    return _lost(form)


@blueprint.get("/gifts/find-again/sent")
def looked() -> ResponseReturnValue:
    """The same for everybody."""
    return render_template("giving/letters_looked.html")


@blueprint.get("/letters/<int:address_id>/<string:token>")
@noticed("letters")
def show(address_id: int, token: str) -> ResponseReturnValue:
    """The gifts whose receipts went to an address, its years, and what may be written there."""
    found = _address(address_id, token)
    return _show(found, token, NewsForm(formdata=None, data={"news": NEWS if found.takes_news else RECEIPTS}))


@blueprint.post("/letters/<int:address_id>/<string:token>/news")
@without_token(SIGNED)
@limited("letters", most=30)
@noticed("letters")
def news(address_id: int, token: str) -> ResponseReturnValue:
    """Say what may be written."""
    found, form = _address(address_id, token), NewsForm()
    if _is_ours(form, f"letters/{address_id}") & form.validate():
        with transaction(db()):
            service.change_news(db(), address=found, takes_news=form.news.data == NEWS)
        return redirect(url_for(".show", address_id=address_id, token=token), 303)
    return _show(found, token, form)


@blueprint.post("/letters/<int:address_id>/<string:token>/forget")
@without_token(SIGNED)
@limited("letters", most=30)
@noticed("letters")
def forget(address_id: int, token: str) -> ResponseReturnValue:
    """Forget the address."""
    found, form = _address(address_id, token), NewsForm()
    if _is_ours(form, f"letters/{address_id}"):
        with transaction(db()):
            service.let_go(db(), address=found)
        return redirect(url_for(".forgotten"), 303)
    return _show(found, token, form)


@blueprint.get("/letters/forgotten")
def forgotten() -> ResponseReturnValue:
    """That it is done."""
    return render_template("giving/letters_forgotten.html")


@blueprint.get("/letters/<int:address_id>/<string:token>/years/<int:year>")
@noticed("letters")
def year(address_id: int, token: str, year: int) -> ResponseReturnValue:
    """What was given in a tax year."""
    found = _address(address_id, token)
    back = url_for(".show", address_id=address_id, token=token)
    pdf = url_for(".year_pdf", address_id=address_id, token=token, year=year)
    return render_template("giving/statement.html", statement=_statement(found, year), back=back, pdf=pdf)


@blueprint.get("/letters/<int:address_id>/<string:token>/years/<int:year>/statement.pdf")
@noticed("letters")
def year_pdf(address_id: int, token: str, year: int) -> ResponseReturnValue:
    """The same as a PDF."""
    found = _address(address_id, token)
    told = _statement(found, year)
    page_url = settings().base_url + url_for(".show", address_id=address_id, token=token)
    whose = _("Gifts with receipts by mail")
    answer = make_response(statement_pdf(**told.for_pdf(people.fund_holder(db()), whose=whose, page_url=page_url)))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="gifts-{told.year}-{told.year + 1}.pdf"'
    return answer


def _ask(token: str, donation: Donation, form: AskReceiptForm) -> ResponseReturnValue:
    form.form_key.data = _key(f"gift/{donation.id}")
    address = service.address_of(db(), donation)
    own = url_for(".show", address_id=address.id, token=service.token_of(keys(), address.id)) if address else ""
    is_elsewhere = not (donation.session_id or donation.charge_id)
    page = render_template(
        "giving/letters_ask.html", form=form, donation=donation, token=token, own=own, is_elsewhere=is_elsewhere, carried=carried()
    )
    return page, form.status


def _lost(form: FindAgainForm) -> ResponseReturnValue:
    form.form_key.data = _key("lost")
    return render_template("giving/letters_lost.html", form=form, carried=carried()), form.status


def _show(found: LetterAddress, token: str, form: NewsForm) -> ResponseReturnValue:
    form.form_key.data = _key(f"letters/{found.id}")
    gifts = service.gifts_of(found.id)
    page = paging.page_of(db(), gifts, number=paging.asked())
    told = render_template(
        "giving/letters.html",
        form=form,
        found=found,
        token=token,
        page=page,
        links={one.id: url_for("gifts.gift", token=keys().link_token("gift", str(one.id))) for one in page},
        reference_of=reference_of,
        years=statements.statements(db(), db().scalars(gifts).all()),
    )
    return told, form.status


def _email_of(donation: Donation) -> str | None:
    """The address that was written at Stripe. No transaction is held while Stripe is asked. Raises OutsideFault."""
    pledge = monthly_queries.of_gift(db(), donation.id)
    customer_id = pledge.customer_id if pledge else None
    db().rollback()
    stripe = gateways.current().stripe
    if customer_id:
        return stripe.fetch_customer_email(customer_id)
    return stripe.fetch_receipt_email(donation.session_id) if donation.session_id else None


def _statement(found: LetterAddress, year: int) -> Statement:
    told = statements.statement(db(), db().scalars(service.gifts_of(found.id)).all(), year)
    if told is None:
        raise NotFound(_("Nothing was given in that year."))
    return told


def _paid(token: str) -> Donation:
    donation = queries.by_token(db(), token)
    lean(donation.language)
    if donation.status is not Status.PAID:
        raise NotFound(_("There is no receipt for this gift: it has not been paid."))
    return donation


def _address(address_id: int, token: str) -> LetterAddress:
    found = service.by_link(db(), keys(), address_id, token)
    lean(found.language)
    return found


def _is_ours(form: PublicForm, purpose: str) -> bool:
    if keys().unsign(f"letters/{purpose}", form.form_key.data or ""):
        return True
    form.form_errors = [_("This page has lain open for too long. What you wrote is kept: send it once more.")]
    return False


def _key(purpose: str) -> str:
    return keys().sign(f"letters/{purpose}", random_token(), clock.now() + FORM_LIVES)
