"""Mail to a real server, and what becomes of its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from fundapp.gateways.mail import ADDRESS_REFUSED, NO_ANSWER, NOT_SAFE, REFUSED, Attachment, Mailer, MailFault
from tests.support.outside import BASE_URL, MailBox, free_port


class Refusing:
    """A mail server that answers one way to everything."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    # The mail server calls it by this name.
    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802
        """Answer before the message came."""
        return self.answer


@contextmanager
def server(handler: Any) -> Iterator[str]:
    """A mail server's address, as long as the block lasts."""
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def test_a_message_arrives_with_all_its_parts(mail_box: MailBox) -> None:
    Mailer.of(mail_box.url, base_url="https://fund.example.org").send(
        "zoe@example.org",
        "Your receipt",
        "Thank you, Łukasz.",
        "<p>Thank you.</p>",
        [Attachment("receipt.pdf", b"%PDF-1.4", "application/pdf")],
        key="receipt:1",
    )
    (message,) = mail_box.to("zoe@example.org")
    assert message["Message-ID"].endswith("@fund.example.org>")
    assert message["From"] == "Changing Lives Fund <fund@fund.example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] is not None
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Thank you, Łukasz."
    assert [part.get_filename() for part in message.iter_attachments()] == ["receipt.pdf"]


def test_sent_again_after_a_lost_answer_it_is_known_as_the_same_message(mail_box: MailBox) -> None:
    mailer = Mailer.of(mail_box.url, base_url=BASE_URL)
    for _ in range(2):
        mailer.send("zoe@example.org", "Your receipt", "Thank you.", key="receipt:1")
    assert len({message["Message-ID"] for message in mail_box.wait(2)}) == 1


@pytest.mark.parametrize(
    ("answer", "sentence", "passing"),
    [("550 no such user zoe", ADDRESS_REFUSED, False), ("554 no, zoe", REFUSED, False), ("451 later, zoe", NO_ANSWER, True)],
)
def test_a_refusal_is_told_in_our_own_words(answer: str, sentence: str, passing: bool) -> None:
    with server(Refusing(answer)) as url, pytest.raises(MailFault) as caught:
        Mailer.of(url, base_url=BASE_URL).send("zoe@example.org", "Hello", "…", key="k")
    assert (caught.value.sentence, caught.value.passing) == (sentence, passing)
    assert "zoe" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_is_away_is_a_passing_fault() -> None:
    with pytest.raises(MailFault) as caught:
        Mailer.of(f"smtp://127.0.0.1:{free_port()}", base_url=BASE_URL).send("zoe@example.org", "Hello", "…", key="k")
    assert caught.value.passing


def test_nothing_goes_in_clear_to_a_server_that_is_not_on_this_machine() -> None:
    port = free_port()
    box = MailBox(port)
    # By an address that is not one of those that this machine goes by.
    controller = Controller(box, hostname="127.0.0.2", port=port)
    controller.start()
    try:
        with pytest.raises(MailFault) as fault:
            Mailer.of(f"smtp://127.0.0.2:{port}", base_url=BASE_URL).send("ada@example.org", "Hello", "A link", key="1")
    finally:
        controller.stop()
    assert (fault.value.sentence, fault.value.passing) == (NOT_SAFE, False)
    assert box.messages == []
