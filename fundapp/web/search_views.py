"""Searching. The words are posted, so that they stand in no address, history or log; the page that shows what was found has an
address of its own, in which they are sealed (docs/decisions/0006-search.md)."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from fundapp.core.language import lazy
from fundapp.web import identity, paging, searching
from fundapp.web.app import keys
from fundapp.web.forms import Form
from fundapp.web.guards import SIGNED_IN, guard
from fundapp.web.navigation import frame
from fundapp.web.paging import PER_PAGE, Page

blueprint = Blueprint("search", __name__)
guard(blueprint, SIGNED_IN)


class FindForm(Form):
    """The box."""

    q = StringField(lazy("What are you looking for?"))


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """The box, and what can be found with it."""
    return _page(FindForm(formdata=None))


@blueprint.post("/search")
def find() -> ResponseReturnValue:
    """Go to the thing itself where its own reference was typed, else to what was found."""
    form = FindForm()
    asked = searching.read(form.q.data or "")
    if not form.validate() or not asked.text:
        return redirect(url_for("search.search"), 303)
    if asked.may_be_one_thing:
        hit = searching.only_exact(searching.gather(identity.actor(), asked, searching.chosen(identity.actor(), asked)))
        if hit is not None:
            return redirect(hit.url, 303)
    return redirect(url_for("search.found", token=searching.seal(keys(), identity.token(), asked.text)), 303)


@blueprint.get("/search/<token>")
def found(token: str) -> ResponseReturnValue:
    """The first of each kind; or, with `in`, one kind whole, a page at a time."""
    words = searching.unseal(keys(), identity.token(), token)
    if words is None:
        return _page(FindForm(formdata=None), is_gone=True), 404
    asked, key = searching.read(words), request.args.get("in", "")
    actor = identity.actor()
    asking = searching.chosen(actor, asked, key)
    limit, number = (PER_PAGE, paging.asked()) if key else (searching.FIRST, 1)
    groups = searching.gather(actor, asked, asking, limit=limit, offset=(number - 1) * limit)
    pages = Page(groups[0][1].hits, number, groups[0][1].total, kept={"in": key}) if key and groups else None
    return _page(FindForm(formdata=None, data={"q": words}), words=words, groups=groups, token=token, key=key, pages=pages)


def _page(form: FindForm, **facts: object) -> str:
    told: dict[str, object] = {"words": "", "groups": [], "token": "", "key": "", "pages": None, "is_gone": False}
    sources = searching.sources_of(identity.actor())
    return render_template("web/search.html", frame=frame(), form=form, sources=sources, **(told | facts))
