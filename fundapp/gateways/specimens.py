"""One of each plot, with figures that are invented, for the page that shows every part."""

from __future__ import annotations

from markupsafe import Markup

from fundapp.gateways.charts import Step, waterfall
from fundapp.gateways.path_chart import Side, Stop, path

_YEAR = (
    Step("Services and grants", 1_500_000, "in"),
    Step("Gifts from the public", 94_850, "in"),
    Step("Help paid for", 359_711, "out"),
    Step("Card fees", 3_899, "out"),
    Step("Left on 31 October", 1_231_240, "stood", promised_pence=200_000),
)
_WAY = (
    Stop("Gifts by card", "lit", "", 110_950),
    Stop("Stripe balance", "full", "£1,042.02 here", 0, leaves=(Side("Card fees", 4_448),)),
    Stop("On its way to the bank", "bare", "", 0),
    Stop("Bank", "full", "£12,017.02 here", 378_298, joins=(Side("Contributions from services", 1_580_000),)),
    Stop("Help", "full", "", 0, became=(Side("Furniture pack", 211_400), Side("Phone, with a SIM card", 116_881))),
)


def plots() -> list[Markup]:
    """Each plot as it is drawn for a desk and for a phone; the stylesheet shows one of the two."""
    told = {"title": "A year in one plot", "description": "£15,948.50 came in, £12,312.40 is left."}
    way = {"title": "The path of a pound", "description": "From gifts by card to help."}
    return [waterfall(_YEAR, name=f"year-{broad}".lower(), broad=broad, **told) for broad in (True, False)] + [
        path(_WAY, name=f"way-{broad}".lower(), broad=broad, **way) for broad in (True, False)
    ]
