"""Where it is brought to, and a photo."""

from __future__ import annotations

from wtforms import TextAreaField

from fundapp.core.language import lazy
from fundapp.grants import evidence
from fundapp.grants.delivery.addresses import LONGEST
from fundapp.grants.forms import AtMost
from fundapp.web.forms import Form, UploadField, required


class AddressForm(Form):
    """Where it is brought to."""

    words = TextAreaField(
        lazy("The address, and when somebody is there"), validators=[required(lazy("Write where it is brought to.")), AtMost(max=LONGEST)]
    )


class PhotoForm(Form):
    """A photo of what is asked for."""

    photo = UploadField(lazy("The photo"), most_bytes=evidence.MOST_BYTES, validators=[required(lazy("Take or choose a photo first."))])
