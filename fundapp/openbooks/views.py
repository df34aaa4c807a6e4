"""The public pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from fundapp.core import clock
from fundapp.core.language import gettext as _
from fundapp.gateways.charts import waterfall
from fundapp.openbooks import published, queries, rules
from fundapp.openbooks.books import Books
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.language import translated
from fundapp.web.session import db

blueprint = Blueprint("openbooks", __name__)
guard(blueprint, PUBLIC)
translated(blueprint, "home", "open_books", "privacy", "complaints", "accessibility")


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """What the Fund is, what a gift does, what it has done."""
    return render_template("openbooks/home.html", examples=queries.shown_examples(db()), **_year())


@blueprint.get("/open")
def open_books() -> ResponseReturnValue:
    """Every pound in and out to the last month end, and help by published quarters, with the proofs of what can no longer move."""
    year = _year()
    return render_template(
        "openbooks/open_books.html",
        plots=[_plot(year["books"], broad=broad) for broad in (True, False)],
        published=published.published(db(), year=year["books"].period, today=clock.today()),
        **_named_from(),
        **year,
    )


@blueprint.get("/open/ledger/entries/<int:number>.tlog-proof")
def proof(number: int) -> Response:
    """The proof of a sealed month or a published quarter, for anybody."""
    name = f'attachment; filename="entry-{number}.tlog-proof"'
    # Against the newest checkpoint, which another follows within seconds while gifts come in.
    headers = {"Content-Disposition": name, "Cache-Control": "public, max-age=5"}
    return Response(published.proof(db(), number), content_type="text/plain; charset=utf-8", headers=headers)


@blueprint.get("/privacy")
def privacy() -> ResponseReturnValue:
    """What we know about whom, why, and for how long."""
    return render_template("openbooks/privacy.html", **_named_from())


@blueprint.get("/complaints")
def complaints() -> ResponseReturnValue:
    """How to complain: about giving, a decision, what we know about somebody."""
    return render_template("openbooks/complaints.html")


@blueprint.get("/accessibility")
def accessibility() -> ResponseReturnValue:
    """What works for whom, what does not yet, and whom to tell."""
    return render_template("openbooks/accessibility.html")


def _named_from() -> dict[str, int]:
    """From how many people and teams on a kind of help is named."""
    held = rules.now(db())
    return {"k_people": held.named_from_people, "k_teams": held.named_from_teams}


def _year() -> dict[str, Any]:
    books = queries.books(db(), clock.today())
    return {
        "books": books,
        "gifts": queries.gifts(db(), books.period),
        "answers": queries.answered_within(db(), books.period),
    }


def _plot(books: Books, *, broad: bool) -> str:
    told = ", ".join(f"{step.label} {step.figure}" for step in books.steps)
    return waterfall(
        books.steps,
        name="broad" if broad else "narrow",
        title=_("In, out and left, %(period)s") % {"period": books.period.words},
        description=_("A waterfall of bars, from the top: %(steps)s. The same figures stand in the table below.") % {"steps": told},
        broad=broad,
    )
