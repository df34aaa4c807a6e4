"""Asking for a gift back, by whoever holds the address of its page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import carry_out
from fundapp.core.errors import NotFound, Refused
from fundapp.core.keys import random_token
from fundapp.core.language import gettext as _
from fundapp.giving import queries
from fundapp.giving.lifecycle import Status
from fundapp.giving.models import Donation
from fundapp.giving.refunds import part as refund_part
from fundapp.giving.refunds import refunding
from fundapp.giving.refunds.forms import AskBackForm
from fundapp.giving.rules import FORM_LIVES
from fundapp.web.app import keys
from fundapp.web.csrf import without_token
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import keep_private
from fundapp.web.language import carried, lean, translated
from fundapp.web.limits import limited, noticed
from fundapp.web.session import db

blueprint = Blueprint("refund_asking", __name__, url_prefix="/gifts")
guard(blueprint, PUBLIC)
blueprint.after_request(keep_private)
translated(blueprint)

SIGNED_FORM = "the gift's own address, and a signed, expiring form key"


@blueprint.get("/<string:token>/refund")
@noticed("gifts")
def ask(token: str) -> ResponseReturnValue:
    """Ask for it back; or, once asked, leave it after all."""
    return _page(token, AskBackForm(formdata=None))


@blueprint.post("/<string:token>/refund")
@without_token(SIGNED_FORM)
@limited("refund", most=20)
@noticed("gifts")
def ask_now(token: str) -> ResponseReturnValue:
    """Ask for it back."""
    form = AskBackForm()
    if form.validate():
        with form.refusals():
            _check_key(token, form)
            carry_out(db(), lambda: refunding.ask(db(), donation=_gift(token), reason=form.reason.data or ""))
            return redirect(_back(token), 303)
    return _page(token, form)


@blueprint.post("/<string:token>/refund/leave")
@without_token(SIGNED_FORM)
@limited("refund", most=20)
@noticed("gifts")
def leave(token: str) -> ResponseReturnValue:
    """Leave it with the Fund after all."""
    form = AskBackForm()
    with form.refusals():
        _check_key(token, form)
        carry_out(db(), lambda: refunding.think_again(db(), donation=_gift(token)))
        return redirect(_back(token), 303)
    return _page(token, form)


def _gift(token: str) -> Donation:
    """The paid gift at this address. Raises NotFound."""
    donation = queries.by_token(db(), token)
    lean(donation.language)
    if donation.status is not Status.PAID:
        raise NotFound(_("This gift has not been paid: there is nothing to give back."))
    return donation


def _check_key(token: str, form: AskBackForm) -> None:
    if keys().unsign(_purpose(token), form.form_key.data or "") is None:
        raise Refused(_("This page was open for more than a day, so nothing was sent. What you wrote is kept: send it once more."))


def _page(token: str, form: AskBackForm) -> ResponseReturnValue:
    donation = _gift(token)
    figures = queries.figures(db(), donation)
    form.form_key.data = keys().sign(_purpose(token), random_token(), clock.now() + FORM_LIVES)
    told = refund_part.refund(db(), donation, figures)
    page = render_template(
        "giving/ask_back.html", form=form, token=token, figures=figures, action=f"/gifts/{token}/refund", carried=carried(), **told
    )
    return page, form.status


def _back(token: str) -> str:
    return url_for("gifts.gift", token=token) + carried() + "#back"


def _purpose(token: str) -> str:
    return f"refund-form/{token}"
