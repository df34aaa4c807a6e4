"""The ledger, for anybody to check: signed checkpoints, keys and tiles for machines (C2SP), and a page that says what they are for.

What machines fetch is the same for all: it sets no cookie and asks nobody who they are. The entries themselves are never served.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from fundapp.config import ROOT
from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.ledger import checkpoints, signing
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.ledger.tiles import tile_bytes
from fundapp.openbooks.tile_paths import WHOLE, Tile, teach
from fundapp.web.forms import cleaned
from fundapp.web.guards import PUBLIC, guard
from fundapp.web.headers import YEAR
from fundapp.web.language import translated
from fundapp.web.session import db

blueprint = Blueprint("open_ledger", __name__, url_prefix="/open/ledger")
guard(blueprint, PUBLIC)
# What machines fetch is the same for all.
translated(blueprint, "open_ledger")
blueprint.record(lambda state: teach(state.app))

# What is served for others to run: scripts that share no code with us.
SCRIPTS = ROOT / "docs" / "verify"
WORDS = "text/plain; charset=utf-8"
SOON = "public, max-age=5"
HOUR = "public, max-age=3600"
# A tile never changes: more entries make another one.
FOR_EVER = f"public, max-age={YEAR}, immutable"


@blueprint.get("")
def open_ledger() -> ResponseReturnValue:
    """What there is to check, how, and what it cannot show."""
    asked = cleaned(request.args.get("size", "")[:30])
    keys, newest = signing.known_keys(db()), checkpoints.latest(db())
    return render_template(
        "openbooks/open_ledger.html",
        newest=newest,
        first_tile=Tile(0, min(newest.size, WHOLE)) if newest else None,
        published=checkpoints.published(db()),
        current=[key for key in keys if key.is_current],
        retired=[key for key in keys if not key.is_current],
        asked=asked,
        printed=_printed(asked),
    )


@blueprint.get("/checkpoint")
def checkpoint() -> Response:
    """The newest checkpoint, as it was signed."""
    newest = checkpoints.latest(db())
    if newest is None:
        raise NotFound(_("There is no checkpoint yet: nothing in this ledger has been sealed."))
    return _served(newest.note, WORDS, SOON)


@blueprint.get("/vkey")
def vkey() -> Response:
    """The keys that sign checkpoints, a line each, the newest first. Those that sign no more are on the page."""
    lines = [key.vkey for key in signing.known_keys(db()) if key.is_current]
    if not lines:
        raise NotFound(_("There is no key yet: nothing in this ledger has been signed."))
    return _served("".join(f"{line}\n" for line in lines), WORDS, SOON)


@blueprint.get("/tile/<level:level>/<tile:tile>")
def tile(level: int, tile: Tile) -> Response:
    """Hashes of the tree, those under the newest checkpoint alone."""
    newest = checkpoints.latest(db())
    content = tile_bytes(db(), level=level, n=tile.n, width=tile.width, size=newest.size if newest else 0)
    return _served(content, "application/octet-stream", FOR_EVER)


@blueprint.get("/verify.py", defaults={"name": "verify.py"})
@blueprint.get("/from-paper.py", defaults={"name": "from_paper.py"})
def script(name: str) -> Response:
    """A script to check with, for reading first."""
    answer = _served((SCRIPTS / name).read_bytes(), "text/x-python; charset=utf-8", HOUR)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.errorhandler(NotFound)
def not_there(error: NotFound) -> Response:
    """Machines are told in one line of words, and ask nothing more of us."""
    return Response(f"{error.sentence}\n", 404, content_type=WORDS, headers={"Cache-Control": "no-store"})


def _served(content: str | bytes, kind: str, keep: str) -> Response:
    """Something that anybody's program and anybody's page may read."""
    headers = {"Cache-Control": keep, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    return Response(content, content_type=kind, headers=headers)


def _printed(asked: str) -> CheckpointView | None:
    """The checkpoint whose number somebody has read off paper, if there is such a one."""
    digits = re.sub(r"[,. ]", "", asked)
    if not re.fullmatch(r"[0-9]{1,15}", digits):
        return None
    try:
        return checkpoints.at(db(), int(digits))
    except NotFound:
        return None
