"""Lists of requests, chosen by state, kind, group, days and words; and taking one away as a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.db import transaction
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.core.spreadsheet import MEDIA_TYPE
from fundapp.grants import lending, listing, queries, taking_away, telling, waiting
from fundapp.grants.clocks.telling import due_words, span
from fundapp.grants.listing import Wanted, Whose
from fundapp.grants.listing_forms import ListForm, shown
from fundapp.grants.queries import AnswerTimes
from fundapp.people import queries as people
from fundapp.web import paging, searching
from fundapp.web.app import database, keys
from fundapp.web.guards import guard
from fundapp.web.identity import actor, token
from fundapp.web.navigation import frame
from fundapp.web.needs import work
from fundapp.web.searching import Asked
from fundapp.web.session import db

blueprint = Blueprint("request_lists", __name__, url_prefix="/requests/all")
guard(blueprint, Role.KEY_WORKER, *listing.DESK)
# Those who keep the rota read no request; they are told that some are late, and led to where they can help.
work(blueprint, marked("Overdue requests"), "cover.show", [Role.ADMIN], 5, waiting.overdue)
blueprint.add_app_template_filter(due_words)
blueprint.add_app_template_filter(span)

# Over how long "a usual answer" is taken.
USUAL = timedelta(days=90)


@blueprint.app_context_processor
def usual_answer() -> dict[str, Callable[[], AnswerTimes]]:
    """`usual_answer()` on the first pages: how fast answers came, over the same days on each."""
    return {"usual_answer": lambda: queries.answer_times(db(), clock.now() - USUAL, clock.now())}


@blueprint.get("")
def show() -> ResponseReturnValue:
    """One list, a page at a time."""
    want, words = _wanted()
    return _page(want, words, _form(want, words))


@blueprint.post("")
def choose() -> ResponseReturnValue:
    """Go to the list that was chosen. What was typed stands in its address sealed (docs/decisions/0006-search.md)."""
    form = _form()
    if not form.validate():
        return _page(*_wanted(), form)
    words = searching.read(form.q.data or "").text
    sealed = {"words": searching.seal(keys(), token(), words)} if words else {}
    return redirect(url_for("request_lists.show", **listing.wanted(actor(), form.said | sealed).kept), 303)


@blueprint.post("/take")
def take() -> ResponseReturnValue:
    """The same list as a table. It is sent while it is read, so it is not kept anywhere."""
    want, words = _wanted()
    with transaction(db()) as session:
        taking_away.note_taking(session, actor=actor(), want=want)
    statement = listing.requests(actor(), want, _asked(words))
    name = taking_away.FILE_NAME.format(day=clock.today())
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(taking_away.stream(database(), statement, want), mimetype=MEDIA_TYPE, headers=headers)


def _page(want: Wanted, words: str, form: ListForm) -> ResponseReturnValue:
    me = actor()
    page = paging.page_of(db(), listing.requests(me, want, _asked(words)), number=paging.asked(), **want.kept)
    html = render_template(
        "grants/list.html",
        frame=frame(),
        page=page,
        want=want,
        form=form,
        is_wide=want.whose == Whose.ORGANISATION,
        opens={row.id: endpoint for row in page if (endpoint := listing.opens(me, row))},
        teams=people.team_names(db(), [row.team_id for row in page]),
        lent=lending.lent_to(db(), me) if me.has(Role.KEY_WORKER) else [],
        tags=telling.TAGS if want.whose in {Whose.MINE, Whose.TEAM} else telling.DESK_TAGS,
    )
    return html, form.status


def _wanted() -> tuple[Wanted, str]:
    """What the address says, and the words that are sealed in it: none where it was made for another session."""
    want = listing.wanted(actor(), request.args)
    return want, (searching.unseal(keys(), token(), want.words) or "") if want.words else ""


def _form(want: Wanted | None = None, words: str = "") -> ListForm:
    form = ListForm(formdata=None, data=shown(want, words)) if want else ListForm()
    form.offer(listing.offered(actor()), queries.catalogue(db(), active_only=False))
    return form


def _asked(words: str) -> Asked | None:
    return searching.read(words) if words else None
