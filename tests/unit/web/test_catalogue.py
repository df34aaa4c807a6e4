"""The catalogue of words: up to date, whole for the donor's path, and each translation with its sentence's own facts and markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from fundapp.config import ROOT
from fundapp.core.language import ENGLISH, LANGUAGES, gettext, language, lazy, ngettext, pgettext, speaking
from fundapp.web import catalogue
from fundapp.web.proof_words import MONTHS, SENTENCES, proof_words

# What a donor, or anybody who opens the books, may read, from the poster's page to the letter; errors too.
DONORS = (
    "fundapp/core/",
    *(
        f"fundapp/gateways/documents/{name}.py"
        for name in ["beside", "checking", "drawing", "gift_letter", "poster", "receipt", "setting", "statement"]
    ),
    "fundapp/gateways/stripe",
    *(
        f"fundapp/giving/{name}.py"
        for name in ["forms", "proving", "queries", "questions", "receipts", "screening", "starting", "statements"]
    ),
    *(f"fundapp/giving/{room}/" for room in ["following", "letters", "monthly"]),
    *(f"fundapp/giving/gift_aid/{name}.py" for name in ["declaring", "details", "forms", "part", "wording"]),
    "fundapp/giving/bank/part.py",
    "fundapp/giving/refunds/part.py",
    *(f"fundapp/giving/views/{name}.py" for name in ["gift", "gift_aid", "give", "give_monthly", "letters", "monthly", "refund_asking"]),
    "fundapp/openbooks/books.py",
    "fundapp/openbooks/ledger_views.py",
    "fundapp/openbooks/published.py",
    "fundapp/openbooks/queries.py",
    "fundapp/openbooks/views.py",
    "fundapp/points/checking_views.py",
    "fundapp/points/public_forms.py",
    "fundapp/web/",
    "templates/base/foot.html",
    "templates/base/give.html",
    "templates/base/page.html",
    "templates/base/public.html",
    "templates/errors/",
    *(f"templates/giving/{name}.html" for name in ["ask_back", "asked_again", "gift", "give", "question", "statement", "unknown_point"]),
    *(
        f"templates/giving/{name}.html"
        for name in ["gift_aid", "gift_aid_ask", "gift_aid_change", "gift_aid_fields", "gift_taken_back", "gift_unpaid"]
    ),
    "templates/giving/letters",
    "templates/giving/monthly",
    "templates/giving/parts/",
    "templates/macros/",
    *(f"templates/mail/{name}" for name in ["bank_refused", "gifts_again", "monthly", "receipt"]),
    "templates/openbooks/accessibility.html",
    "templates/openbooks/check_proof.html",
    "templates/openbooks/complaints.html",
    "templates/openbooks/home.html",
    "templates/openbooks/open_",
    "templates/openbooks/privacy.html",
    "templates/openbooks/said.html",
    *(f"templates/points/{name}.html" for name in ["check", "posters", "report", "reported"]),
)
OTHERS = [code for code in LANGUAGES if code != ENGLISH]
SCRIPT = (ROOT / "static" / "js" / "check-proof.js").read_text(encoding="utf-8")


def messages(code: str) -> Iterator[tuple[Message, list[str], list[str]]]:
    """Each message with its English sentences and its translations."""
    with catalogue.place(code).with_suffix(".po").open("rb") as file:
        for message in read_po(file, locale=code):
            if message.id:
                english, said = ([one] if isinstance(one, str) else list(one or ()) for one in (message.id, message.string))
                yield message, english, said


def test_the_catalogue_s_files_are_what_the_code_says() -> None:
    stale = [path.name for path, content in catalogue.written().items() if path.read_bytes() != content]
    assert stale == [], "run python -m fundapp.web.catalogue"


@pytest.mark.parametrize("code", OTHERS)
def test_no_word_of_the_donor_s_path_is_missing(code: str) -> None:
    assert catalogue.missing(code, DONORS) == []


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("kept", [r"%\(\w+\)[sd]|%%", r"<[^>]+>", r"https?://\S+|[\w.-]+\.py\b"], ids=["facts", "markup", "names"])
def test_a_translation_has_all_that_its_sentence_has_and_nothing_more(code: str, kept: str) -> None:
    for _message, english, said in messages(code):
        for sentence in filter(None, said):
            assert sorted(re.findall(kept, sentence)) == sorted(re.findall(kept, english[-1])), sentence


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_ends_as_its_sentence_ends_and_speaks_without_raised_voice(code: str) -> None:
    for _message, english, said in messages(code):
        for sentence in filter(None, said):
            # A full stop may stand before a closing mark in one language and behind it in another.
            assert sentence.rstrip("”»\"'")[-1:] in ".?:" or english[-1].rstrip("”\"'")[-1:] not in ".?:", sentence
            assert "!" not in sentence
            assert sentence == sentence.strip()


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 minutę temu"), (2, "2 minuty temu"), (5, "5 minut temu"), (12, "12 minut temu"), (22, "22 minuty temu"), (59, "59 minut temu")],
)
def test_polish_numbers_have_three_forms(count: int, said: str) -> None:
    with speaking("pl"):
        assert ngettext("%(number)d minute ago", "%(number)d minutes ago", count) % {"number": count} == said


def test_a_month_has_one_ending_by_itself_and_another_behind_a_day() -> None:
    with speaking("pl"):
        assert (gettext("November"), pgettext("in a date", "November")) == ("listopad", "listopada")


def test_a_sentence_of_a_class_body_is_said_in_the_language_of_whoever_reads_it() -> None:
    label = lazy("Give")
    with speaking("pl"):
        assert (str(label), label == "Wpłać", language()) == ("Wpłać", True, "pl")
        with speaking("xx"):
            assert (str(label), language()) == ("Give", "en")
        assert str(label) == "Wpłać"
    assert str(label) == "Give"


def test_the_script_s_sentences_are_those_of_the_catalogue() -> None:
    code = re.sub(r"^\s*(//|/\*\*|\*).*$", "", SCRIPT, flags=re.MULTILINE)
    strings = set(re.findall(r'"([^"\n]*)"', code))
    assert set(SENTENCES) <= strings
    told = {one for one in strings if re.match(r"(The|Your|That|Every|Nothing|an?|it|%\(\w+\)s)\b", one.removeprefix("%(")) or "%(" in one}
    assert told - set(SENTENCES) == set()
    assert " ".join(MONTHS) in strings


def test_the_script_is_given_every_sentence_in_the_reader_s_language() -> None:
    with speaking("pl"):
        words = proof_words()
    assert words["in a date|May"] == "maja"
    # ledger/v1 and the like are the same everywhere; sentences are not.
    assert [english for english, said in words.items() if english == said] == []
