"""Fields read what people type, and keep it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import StringField
from wtforms.validators import NumberRange

from fundapp.core.errors import NotAllowed, Refused
from fundapp.web.forms import DateField3, Form, MoneyField, PublicForm, UploadField, WholeNumberField, cleaned, required


class Fields(PublicForm):
    """One of each."""

    words = StringField("Words", validators=[required("Write something.")])
    price = MoneyField("Price", minimum_pence=100, maximum_pence=50_000)
    day = DateField3("Day")
    bill = UploadField("Bill", most_bytes=1_000)
    count = WholeNumberField("Count", validators=[NumberRange(0, 90)])


@pytest.fixture(autouse=True)
def inside_a_request() -> Iterator[None]:
    """Flask-WTF looks for the app it serves."""
    app = Flask(__name__)
    app.secret_key = "unit"
    with app.test_request_context(method="POST"):
        yield


def sent(**values: Any) -> Fields:
    """The form as it comes with these values, validated."""
    form = Fields(formdata=MultiDict({"words": "x", **values}))
    form.validate()
    return form


@pytest.mark.parametrize(("typed", "pence"), [("5", 500), ("£5", 500), (" 39.99 ", 3999), ("1.5", 150), ("", None)])
def test_an_amount_is_read_as_pence_and_stays_as_it_was_typed(typed: str, pence: int | None) -> None:
    form = sent(price=typed)
    assert form.price.data == pence
    assert not form.price.errors
    assert form.price._value() == typed


@pytest.mark.parametrize("typed", ["about 40", "5,00", "-5", "1e3", "0x10", "٥", "nan"])
def test_what_is_no_amount_is_said_with_what_was_typed(typed: str) -> None:
    form = sent(price=typed)
    assert form.price.data is None
    assert typed in form.price.errors[0]
    assert form.price._value() == typed


def test_an_amount_outside_its_limits_names_the_limit() -> None:
    assert "£1" in sent(price="0.99").price.errors[0]
    assert "£500" in sent(price="500.01").price.errors[0]


def test_an_amount_that_was_stored_is_shown_with_its_pence() -> None:
    assert Fields(formdata=None, data={"price": 123_456}).price._value() == "1234.56"


@pytest.mark.parametrize(
    ("parts", "found"), [("24 11 2026", date(2026, 11, 24)), ("1 Nov 2026", date(2026, 11, 1)), ("29 2 2024", date(2024, 2, 29))]
)
def test_a_date_is_read_from_three_boxes(parts: str, found: date) -> None:
    day, month, year = parts.split()
    form = sent(**{"day-day": day, "day-month": month, "day-year": year})
    assert form.day.data == found
    assert [form.day.typed(part) for part in DateField3.parts] == [day, month, year]


@pytest.mark.parametrize("parts", ["31 11 2026", "24 13 2026", "24 11 26", "x 11 2026", "²4 11 2026", "24 11 99999", "0 1 2026"])
def test_what_is_no_date_keeps_what_was_typed(parts: str) -> None:
    day, month, year = parts.split()
    form = sent(**{"day-day": day, "day-month": month, "day-year": year})
    assert form.day.data is None
    assert form.day.errors
    assert form.day.typed("day") == day


def test_a_date_with_a_box_left_out_asks_for_all_three() -> None:
    assert "day, the month and the year" in sent(**{"day-day": "1", "day-month": "", "day-year": ""}).day.errors[0]


def test_three_empty_boxes_are_no_date_and_no_error() -> None:
    form = sent(**{"day-day": "", "day-month": "", "day-year": ""})
    assert form.day.data is None
    assert not form.day.errors


@given(st.text())
def test_cleaned_text_can_be_stored_and_cleaning_twice_changes_nothing(typed: str) -> None:
    clean = cleaned(typed)
    assert "\x00" not in clean
    assert cleaned(clean) == clean


def test_text_of_blanks_is_not_an_answer() -> None:
    assert list(sent(words=" \t ").words.errors) == ["Write something."]


@pytest.mark.parametrize(("content", "kind"), [(b"%PDF-1.7 x", "pdf"), (b"\xff\xd8\xff\xe0 x", "jpeg"), (b"\x89PNG\r\n\x1a\n x", "png")])
def test_a_file_is_known_by_its_content_not_its_name(content: bytes, kind: str) -> None:
    form = sent(bill=FileStorage(BytesIO(content), filename="virus.exe", content_type="text/html"))
    assert form.bill.upload is not None
    assert (form.bill.upload.kind, form.bill.upload.content) == (kind, content)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "empty"), (b"<svg/>", "neither"), (b"%PDF-" + b"x" * 1_000, "larger"), (b"GIF89a", "neither")]
)
def test_a_file_that_will_not_do_is_refused_in_words(content: bytes, sentence: str) -> None:
    form = sent(bill=FileStorage(BytesIO(content), filename="bill.pdf", content_type="application/pdf"))
    assert form.bill.upload is None
    assert sentence in form.bill.errors[0]


def test_a_refusal_becomes_a_sentence_of_the_form_and_its_status() -> None:
    form = sent()
    with form.refusals():
        raise Refused("The fund is empty.")
    assert (form.status, list(form.form_errors)) == (409, ["The fund is empty."])


def test_what_somebody_may_not_do_is_not_kept_as_a_form() -> None:
    with pytest.raises(NotAllowed), sent().refusals():
        raise NotAllowed("Not yours.")


def test_a_form_of_somebody_signed_in_asks_for_its_token() -> None:
    assert "csrf_token" in Form()
    assert "csrf_token" not in PublicForm()


@pytest.mark.parametrize("typed", ["9" * 400, "9" * 19, "-1", "1_000", "١٢", "²", "1e3", "ninety"])
def test_what_is_no_plain_whole_number_is_told_so_and_breaks_nothing(typed: str) -> None:
    form = sent(count=typed)
    assert form.count.errors == ["Write a whole number, like 90."]
    assert form.count.data is None


def test_a_whole_number_is_read_and_held_to_its_bounds() -> None:
    assert sent(count=" 12 ").count.data == 12
    assert not sent(count="12").count.errors
    assert sent(count="91").count.errors
