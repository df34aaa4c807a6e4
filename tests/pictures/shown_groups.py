"""The pages about community groups, what they offer, and help that was not given, and what administrators say can be asked for and what
a gift does: in every state. shown.py takes them up."""

from __future__ import annotations

from tests.pictures.state import Shown
from tests.pictures.state import day_one as _day_one
from tests.pictures.state import wrong as _wrong

STRANGER = (
    Shown("support.listed", "/support", "with offers"),
    _day_one("support.listed", "/support"),
    Shown("support_links.still", "/support/{support_link}", "still listed"),
    Shown("support_links.still", "/support/{support_link_ended}", "ended"),
    Shown("support_links.confirmed", "/support/confirmed", "thanks"),
)
WORKER = (
    Shown("groups.mine", "/groups", "with groups"),
    _day_one("groups.mine", "/groups"),
    Shown("groups.new", "/groups/new", "to be filled in"),
    _wrong("groups.new", "/groups/new", "Add the group"),
    Shown("groups.show", "/groups/{group}", "with requests and offers"),
    Shown("groups.change", "/groups/{group}/change", "as it is"),
    Shown("groups.ask", "/groups/{group}/ask", "to be filled in"),
    _wrong("groups.ask", "/groups/{group}/ask", "Send the request"),
    Shown("groups.new_offer", "/groups/{group}/offers/new", "to be filled in"),
    Shown("groups.offer", "/groups/offers/{support}", "on the list"),
    Shown("groups.offer", "/groups/offers/{support_ended}", "ended"),
    Shown("requests.show", "/requests/{group_paid}", "for a group, paid"),
    Shown("unmet.notes", "/unmet", "with notes"),
    _day_one("unmet.notes", "/unmet"),
    _wrong("unmet.notes", "/unmet", "Note what was needed"),
    Shown("demand.report", "/demand", "the last quarter"),
    _day_one("demand.report", "/demand"),
)
ADMIN = (
    Shown("catalogue.items", "/admin/catalogue", "with kinds"),
    _day_one("catalogue.items", "/admin/catalogue"),
    Shown("catalogue.item", "/admin/catalogue/{item}", "offered"),
    Shown("catalogue.item", "/admin/catalogue/{stopped_item}", "offered no longer"),
    Shown("catalogue.item_history", "/admin/catalogue/{item}/history", "with versions"),
    Shown("rules.show", "/admin/rules/kind-caps", "a cap for each kind of help"),
    Shown("catalogue.new_item", "/admin/catalogue/new", "to be filled in"),
    _wrong("catalogue.new_item", "/admin/catalogue/new", "Add it"),
    Shown("giving_admin.presets", "/admin/giving", "as they are"),
    _wrong("giving_admin.presets", "/admin/giving", "Save the amounts", ("Amount 1", "about 4"), state="an amount nobody can read"),
    Shown("examples.examples", "/admin/examples", "as they are"),
    _wrong("examples.examples", "/admin/examples", "Add"),
    Shown("examples.edit", "/admin/examples/{example}", "as it is"),
    Shown("examples.edit", "/admin/examples/{retired_example}", "retired"),
    Shown("support_admin.every", "/admin/support", "with offers"),
    _day_one("support_admin.every", "/admin/support"),
)
