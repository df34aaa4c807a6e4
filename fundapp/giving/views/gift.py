"""A gift's own page, for whoever holds its address: how it stands, its receipt, and the way back from Stripe."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp import gateways
from fundapp.core.errors import Busy, NotFound, OutsideFault
from fundapp.core.language import gettext as _
from fundapp.gateways.documents.receipt import receipt_pdf
from fundapp.giving import gift_parts, proving, queries
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.receipts import receipt, reference_of, with_proof
from fundapp.giving.settling import settle_session
from fundapp.points import queries as points
from fundapp.points.queries import CollectionPoint
from fundapp.web.app import settings
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import lean, translated
from fundapp.web.limits import noticed
from fundapp.web.session import db

blueprint = Blueprint("gifts", __name__, url_prefix="/gifts")
guard(blueprint, PUBLIC)
blueprint.after_request(keep_private)
translated(blueprint)


@blueprint.get("/<string:token>")
@noticed("gifts")
def gift(token: str) -> ResponseReturnValue:
    """How the gift stands. Every figure of a paid one comes from ledger rows."""
    donation = _read(token)
    point = points.point(db(), donation.point_id) if donation.point_id else None
    told: dict[str, object] = {"donation": donation, "point": point, "token": token, "again": _again(point)}
    if donation.status is Status.PAID:
        said = receipt(db(), donation)
        if said.by_bank and not said.figures.gross_pence:
            return render_template("giving/gift_taken_back.html", receipt=said, **told)
        told |= gift_parts.told(db(), donation, said.figures)
        return render_template("giving/gift.html", receipt=said, standing=proving.standing(db(), said.figures), **told)
    return render_template("giving/gift_unpaid.html", is_open=_is_open(donation), Status=Status, **told)


@blueprint.get("/<string:token>/return")
@noticed("gifts")
def came_back(token: str) -> ResponseReturnValue:
    """Back from the payment page. Coming here proves nothing: Stripe is asked."""
    donation = queries.by_token(db(), token)
    session_id, is_paid = donation.session_id, donation.status is Status.PAID
    # End the reading transaction: none is held while Stripe is asked.
    db().rollback()
    if session_id and not is_paid:
        try:
            settle_session(db(), gateways.current().stripe, session_id)
        except (OutsideFault, Busy):
            # The bell or the sweep will tell; until then the gift's page says that it waits.
            db().rollback()
    return redirect(url_for("gifts.gift", token=token), 303)


@blueprint.get("/<string:token>/receipt.pdf")
@noticed("gifts")
def gift_receipt(token: str) -> ResponseReturnValue:
    """The receipt as a PDF."""
    donation = _read(token)
    if donation.status is not Status.PAID:
        raise NotFound(_("There is no receipt for this gift: it has not been paid."))
    said = with_proof(db(), donation)
    if said.by_bank and not said.figures.gross_pence:
        raise NotFound(_("There is no receipt for this gift: it was entered by mistake."))
    answer = make_response(receipt_pdf(**said.for_pdf(f"{settings().base_url}/gifts/{token}")))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="receipt-{said.reference}.pdf"'
    return answer


@blueprint.get("/<string:token>/proof.tlog-proof")
@blueprint.get("/<string:token>/proof-<int:number>.tlog-proof")
@noticed("gifts")
def proof(token: str, number: int = 0) -> ResponseReturnValue:
    """The proof that the gift stands in the ledger; or, by its number, one of the gift's later entries."""
    donation = _read(token)
    if donation.status is not Status.PAID:
        raise NotFound(_("There is no proof for this gift: it has not been paid."))
    figures = queries.figures(db(), donation)
    answer = make_response(proving.proof_file(db(), figures, number or figures.charge_number))
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    name = f"gift-{reference_of(donation)}{f'-{number}' if number else ''}.tlog-proof"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _read(token: str) -> Donation:
    """The gift at this address. Whoever comes from its letter goes on in its language."""
    donation = queries.by_token(db(), token)
    lean(donation.language)
    return donation


def _again(point: CollectionPoint | None) -> str:
    """Where to give once more, with a new key."""
    return url_for("giving.give_at_point", code=point.code) if point else url_for("giving.give")


def _is_open(donation: Donation) -> bool:
    """Whether the payment page can still be used, as far as we know."""
    return donation.status is Status.STARTED and bool(donation.checkout_url)
