"""What somebody says who takes the books away."""

from __future__ import annotations

# The library's types do not know SelectChoice yet; what they know, the library warns of.
from wtforms import RadioField, SelectChoice  # type: ignore[attr-defined]

from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.finance.exports.registry import EXPORTS
from fundapp.web.forms import DateField3, Form, required


class ExportForm(Form):
    """Which form, and up to which day."""

    name = RadioField(
        lazy("In which form?"),
        choices=lambda: [SelectChoice(export.name, _(export.label)) for export in EXPORTS.values()],
        validators=[required(lazy("Choose the form you want them in."))],
    )
    as_of = DateField3(lazy("Up to the end of which day?"))
