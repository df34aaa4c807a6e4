"""The donor's pages: giving, the gift's own page, its receipt."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.db import transaction
from fundapp.core.errors import NotFound, OutsideFault
from fundapp.gateways.documents.receipt import receipt_pdf
from fundapp.giving import queries, rules, starting
from fundapp.giving.forms import OTHER, GiveForm
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.receipts import receipt
from fundapp.giving.settling import settle_session
from fundapp.points import codes
from fundapp.points import queries as points
from fundapp.points.models import CollectionPoint
from fundapp.web.app import keys, settings
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.session import db

blueprint = Blueprint("giving", __name__)
guard(blueprint, PUBLIC)

SIGNED_FORM = "a signed, expiring form key"
TOO_OLD = "This page had been open for more than a day, so nothing was sent. Your choice is kept: press Give again."
NO_ANSWER = "The card company does not answer just now. Nothing was taken. Your choice is kept: try again in a minute."


@blueprint.get("/give")
def give() -> ResponseReturnValue:
    """Give, wherever you are."""
    return _page(None)


@blueprint.post("/give")
@without_token(SIGNED_FORM)
def give_now() -> ResponseReturnValue:
    """Go and pay."""
    return _start(None)


@blueprint.get("/g/<string:code>")
def give_at_point(code: str) -> ResponseReturnValue:
    """Give at a collection point: what the QR code on its poster says."""
    point = points.point_by_code(db(), code)
    return _page(point) if point else _unknown(code)


@blueprint.post("/g/<string:code>")
@without_token(SIGNED_FORM)
def give_at_point_now(code: str) -> ResponseReturnValue:
    """Go and pay for a gift at a point."""
    point = points.point_by_code(db(), code)
    return _start(point) if point else _unknown(code)


@blueprint.get("/gifts/<string:token>")
def gift(token: str) -> ResponseReturnValue:
    """A gift's own page, for whoever holds its address."""
    donation = queries.by_token(db(), token)
    said = receipt(db(), donation)
    back = _back_to(donation)
    return _private(render_template("giving/gift.html", donation=donation, said=said, Status=Status, token=token, give_again=back))


@blueprint.get("/gifts/<string:token>/return")
def came_back(token: str) -> ResponseReturnValue:
    """Back from the payment page. Coming here proves nothing: Stripe is asked."""
    donation = queries.by_token(db(), token)
    if donation.session_id and donation.status is not Status.PAID:
        session_id = donation.session_id
        # End the reading transaction: none is held while Stripe is asked.
        db().rollback()
        try:
            settle_session(db(), gateways.current().stripe, session_id)
        except OutsideFault:
            # The bell or the sweep will tell; the gift's page says that it waits.
            db().rollback()
    return redirect(url_for("giving.gift", token=token), 303)


@blueprint.get("/gifts/<string:token>/receipt.pdf")
def gift_receipt(token: str) -> ResponseReturnValue:
    """The receipt as a PDF."""
    donation = queries.by_token(db(), token)
    if donation.status is not Status.PAID:
        raise NotFound("There is no receipt for this gift: it has not been paid.")
    said = receipt(db(), donation)
    content = receipt_pdf(**said.for_pdf(f"{settings().base_url}/gifts/{token}"))
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{said.reference}.pdf"'
    return _private(answer)


def _start(point: CollectionPoint | None) -> ResponseReturnValue:
    form = _form()
    form.validate()
    pence = form.chosen_pence()
    made = starting.form_id(keys(), form.form_key.data or "")
    if pence is None or made is None:
        return _page(point, form, "" if made or form.errors else TOO_OLD), 422
    with transaction(db()) as session:
        donation = starting.begin(session, keys=keys(), form=made, point=point, amount_pence=pence)
    token = keys().link_token("gift", str(donation.id))
    base, stripe = settings().base_url, gateways.current().stripe
    to = starting.Addresses(f"{base}/gifts/{token}/return?session_id={{CHECKOUT_SESSION_ID}}", f"{base}{request.path}")
    name = f"A gift at {point.name}" if point and not point.closed_at else "A gift to the Changing Lives Fund"
    try:
        page = starting.payment_page(db(), stripe, donation, amount_pence=pence, name=name, to=to)
    except OutsideFault:
        db().rollback()
        return _page(point, form, NO_ANSWER, keep_key=True), 502
    return redirect(page or url_for("giving.gift", token=token), 303)


def _form() -> GiveForm:
    form = GiveForm()
    form.offer(queries.presets(db()))
    return form


def _page(point: CollectionPoint | None, form: GiveForm | None = None, sentence: str = "", *, keep_key: bool = False) -> Response:
    shown = form or _form()
    if not keep_key:
        shown.form_key.data = starting.new_form_key(keys())
    presets = queries.presets(db())
    # What is shown must never come back from a cache: its key is one gift's.
    html = render_template(
        "giving/give.html", form=shown, presets=presets, point=point, sentence=sentence, OTHER=OTHER, fee=rules.estimated_fee_pence
    )
    return _private(html)


def _unknown(code: str) -> ResponseReturnValue:
    mistyped = codes.explain_unknown(code, keys()) is codes.Unknown.MISTYPED
    return render_template("giving/unknown_point.html", mistyped=mistyped, typed=code[:20]), 404


def _back_to(donation: Donation) -> str:
    point = points.point(db(), donation.point_id) if donation.point_id else None
    return url_for("giving.give_at_point", code=point.code) if point else url_for("giving.give")


def _private(body: str | Response) -> Response:
    answer = Response(body) if isinstance(body, str) else body
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
