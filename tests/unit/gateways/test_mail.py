"""Mail into a folder, as the demo keeps it, and what a message says of itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fundapp.core import clock
from fundapp.core.errors import NotFound, OutsideFault
from fundapp.gateways.mail import Attachment, Mailer, MailFault, read_mailbox

AT = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail box"


@pytest.fixture
def mailer(folder: Path) -> Mailer:
    return Mailer.of(folder.as_uri(), base_url="https://fund.example.org")


def test_a_message_is_kept_whole_and_read_again(mailer: Mailer, folder: Path) -> None:
    with clock.at(AT):
        mailer.send(
            "zoe@example.org",
            "Your receipt",
            "Thank you.\nYour £10 is here.",
            attachments=[Attachment("receipt.pdf", b"%PDF-1.4", "application/pdf")],
            key="receipt:1",
        )
    (kept,) = read_mailbox(folder.as_uri())
    assert (kept.to, kept.subject, kept.at) == ("zoe@example.org", "Your receipt", AT)
    assert kept.text == "Thank you.\nYour £10 is here.\n"
    assert kept.attachments == (Attachment("receipt.pdf", b"%PDF-1.4", "application/pdf"),)
    assert mailer.letter(kept.name) == kept
    assert mailer.letters() == [kept]


def test_the_same_key_is_the_same_letter_and_is_kept_once(mailer: Mailer, folder: Path) -> None:
    for _ in range(2):
        mailer.send("zoe@example.org", "Once", "First.", key="receipt:1")
    mailer.send("zoe@example.org", "Another", "Third.", key="receipt:2")
    assert sorted(mail.text for mail in read_mailbox(folder.as_uri())) == ["First.\n", "Third.\n"]
    assert [path.suffix for path in folder.iterdir()] == [".eml", ".eml"]


def test_the_newest_message_stands_first(mailer: Mailer, folder: Path) -> None:
    for day in (3, 1, 2):
        with clock.at(AT.replace(day=day)):
            mailer.send("zoe@example.org", f"Day {day}", "…", key=f"day:{day}")
    assert [mail.subject for mail in read_mailbox(folder.as_uri())] == ["Day 3", "Day 2", "Day 1"]


def test_a_message_with_words_for_both_kinds_of_reader_shows_the_plain_ones(mailer: Mailer, folder: Path) -> None:
    mailer.send("zoe@example.org", "Both", "Plain Łukasz Żółć.", "<p>Rich.</p>", key="both")
    (kept,) = read_mailbox(folder.as_uri())
    assert kept.text == "Plain Łukasz Żółć.\n"


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "zoe@example.org\nBcc: all@example.org", "@example.org"])
def test_an_address_that_is_none_is_a_lasting_fault_that_does_not_repeat_it(mailer: Mailer, folder: Path, address: str) -> None:
    with pytest.raises(MailFault) as caught:
        mailer.send(address, "Hello", "…", key="bad")
    assert not caught.value.passing
    assert isinstance(caught.value, OutsideFault)
    assert caught.value.__suppress_context__
    assert not address or address not in str(caught.value)
    assert read_mailbox(folder.as_uri()) == []


def test_line_ends_in_a_subject_add_no_header(mailer: Mailer, folder: Path) -> None:
    mailer.send("zoe@example.org", "Hello\r\nBcc: all@example.org", "…", key="subject")
    (kept,) = read_mailbox(folder.as_uri())
    assert kept.subject == "Hello Bcc: all@example.org"


def test_the_sender_may_be_named_in_the_address_of_the_server() -> None:
    named = Mailer.of("smtp://mail.example.org?from=gifts%40example.org", base_url="https://fund.example.org")
    assert named.sender == "gifts@example.org"
    assert Mailer.of("smtp://mail.example.org", base_url="http://127.0.0.1:8000").sender == "fund@localhost"


def test_only_mail_servers_and_folders_are_taken() -> None:
    with pytest.raises(ValueError, match="smtp"):
        Mailer.of("https://mail.example.org", base_url="https://fund.example.org")
    assert read_mailbox("smtp://mail.example.org") == []


def test_a_folder_that_cannot_be_had_is_a_passing_fault(tmp_path: Path) -> None:
    in_the_way = tmp_path / "mail"
    in_the_way.write_text("not a folder")
    with pytest.raises(MailFault) as caught:
        Mailer.of(in_the_way.as_uri(), base_url="https://fund.example.org").send("zoe@example.org", "Hello", "…", key="k")
    assert caught.value.passing


@pytest.mark.parametrize("name", ["0" * 20, "../../etc/passwd", ""])
def test_a_letter_that_is_not_there_is_not_found(mailer: Mailer, name: str) -> None:
    at_a_server = Mailer.of("smtp://mail.example.org", base_url="https://fund.example.org")
    for one in (mailer, at_a_server):
        assert one.letters() == []
        with pytest.raises(NotFound):
            one.letter(name)
