"""The donor's proof: on the gift's page, as a file, and in letters on the receipt; checked by what shares no code with us."""

from __future__ import annotations

import base64
import runpy
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pypdfium2
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from fundapp.config import ROOT
from fundapp.giving import receipts, tasks
from fundapp.giving.settling import settle_charge
from tests.builders import ledger
from tests.builders.giving import Donor, gateway_of
from tests.builders.stripe_calls import client_of
from tests.support.outside import MailBox
from tests.support.page import Page
from tests.support.postgres import OwnDatabase
from tests.support.web import Client

KEY = ledger.SIGNER.verifier.vkey


def run(script: str, *given: str) -> tuple[int, str]:
    """One of the stand-alone scripts, as from a command line: how it ends, and all that it says."""
    said = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(said), redirect_stderr(said), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [script, *given])
        try:
            runpy.run_path(str(ROOT / "docs/verify" / script), run_name="__main__")
        except SystemExit as end:
            if isinstance(end.code, str):
                said.write(end.code)
            return int(bool(end.code)), _all_of(said)
    return 0, _all_of(said)


def _all_of(said: TextIOWrapper) -> str:
    said.seek(0)
    return said.read()


def verified(proof: bytes, folder: Path, key: str = KEY) -> tuple[int, str]:
    """What the stand-alone script says of a proof."""
    file = folder / "gift.tlog-proof"
    file.write_bytes(proof)
    return run("verify.py", "proof", str(file), "--key", key)


def sealed_gift(donor: Donor, books: Session, pounds: str = "10") -> Page:
    donor.give(pounds)
    ledger.seal(books)
    return donor.client.get(donor.gift_url)


def refund(donor: Donor, books: Session, pence: int) -> None:
    charge = donor.gift.charge_id or ""
    client_of(donor.stand_in).v1.refunds.create({"charge": charge, "amount": pence})
    settle_charge(books, gateway_of(donor.stand_in), charge)


def document(pdf: bytes) -> tuple[list[str], dict[str, bytes]]:
    """The words of each page, line by line, and what is attached."""
    with pypdfium2.PdfDocument(pdf) as found:
        attached = (found.get_attachment(index) for index in range(found.count_attachments()))
        pages = [page.get_textpage().get_text_bounded() for page in found]
        return pages, {one.get_name(): bytes(one.get_data()) for one in attached}


def from_paper(words: str, folder: Path) -> bytes:
    """The file that the script on our page makes out of what stands on paper."""
    typed, made = folder / "typed.txt", folder / "made.tlog-proof"
    typed.write_text(words)
    status, said = run("from_paper.py", str(typed), str(made))
    assert status == 0, said
    return made.read_bytes()


def test_a_gift_that_is_not_sealed_yet_says_so_everywhere(donor: Donor, client: Client, books: Session) -> None:
    page = donor.give("10")
    assert "being written into the ledger" in page.text("#ledger")
    assert page.texts("#ledger td") == ["being written"]
    assert not page.soup.select('[href*="proof"], script')
    answer = client.get(f"{donor.gift_url}/proof.tlog-proof")
    assert answer.status == 404
    assert "That takes a second or two" in answer.words
    pages, attached = document(client.get(f"{donor.gift_url}/receipt.pdf").body)
    assert len(pages) == 1
    assert "come with your gift’s own page" in " ".join(pages[0].split())
    assert not attached


def test_a_sealed_gift_tells_its_place_and_what_came_after(donor: Donor, books: Session) -> None:
    ledger.seal(books)
    page = sealed_gift(donor, books)
    newest = ledger.seal(books)
    place = newest.size - 1
    assert f"place {place:,} of {newest.size:,}" in page.text("#ledger")
    assert "Your gift has been in the ledger since" in page.text("#ledger")
    assert page.texts("#ledger .sum tr") == [f"What the card company kept, and what reached the Fund place {newest.size:,} , its proof"]
    ledger.pay_in(books, 5)
    grown = ledger.seal(books).size
    assert f"place {place:,} of {grown:,}" in donor.client.get(donor.gift_url).text("#ledger")


def test_the_proof_is_a_file_for_the_donor_alone_and_holds(donor: Donor, client: Client, books: Session, tmp_path: Path) -> None:
    page = sealed_gift(donor, books)
    answer = page.follow("The proof, a small file to keep")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="gift-{receipts.reference_of(donor.gift)}.tlog-proof"'
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    assert "Set-Cookie" not in answer.headers
    status, said = verified(answer.body, tmp_path)
    assert status == 0, said
    for part in ("gift.charged", "£10.00 in the fund public-giving: to stripe-clearing, from donations", f"charge:{donor.gift.charge_id}"):
        assert part in said, part


def test_one_penny_more_or_another_key_does_not_hold(donor: Donor, books: Session, tmp_path: Path) -> None:
    body = sealed_gift(donor, books).follow("The proof, a small file to keep").body
    extra = body.split(b"\n")[1].removeprefix(b"extra ")
    forged = base64.b64encode(base64.b64decode(extra).replace(rb"\"amount_pence\":1000", rb"\"amount_pence\":1001"))
    assert forged != extra
    assert verified(body.replace(extra, forged), tmp_path)[0] == 1
    other = ledger.Signer.generate(ledger.ORIGIN).verifier.vkey
    assert verified(body, tmp_path, other)[0] == 1


def test_later_entries_have_their_places_and_proofs(donor: Donor, client: Client, books: Session, tmp_path: Path) -> None:
    sealed_gift(donor, books)
    refund(donor, books, 400)
    waiting = client.get(donor.gift_url)
    assert waiting.texts("#ledger .sum tr")[1] == "What was given back being written"
    ledger.seal(books)
    page = client.get(donor.gift_url)
    links = [str(one["href"]) for one in page.soup.select("#ledger .sum a")]
    assert len(links) == 2
    for link, kind in zip(links, ("gift.settled", "gift.refunded"), strict=True):
        answer = client.get(link)
        assert answer.headers["Cache-Control"] == "no-store"
        status, said = verified(answer.body, tmp_path)
        assert (status, kind in said) == (0, True), said
    refund(donor, books, 600)
    ledger.seal(books)
    page = client.get(donor.gift_url)
    assert page.text("h1") == "Your £10 was given back."
    assert len(page.soup.select("#ledger .sum a")) == 3
    assert verified(client.get(f"{donor.gift_url}/proof.tlog-proof").body, tmp_path)[0] == 0


def test_nobody_reads_an_entry_that_is_not_of_their_gift(donor: Donor, client: Client, books: Session) -> None:
    sealed_gift(donor, books)
    mine, other = donor.gift_url, ledger.pay_in(books, 700).number
    assert client.get("/give").status == 200
    donor.give("5")
    ledger.seal(books)
    theirs = int(str(client.get(donor.gift_url).one("#ledger .sum a")["href"]).rpartition("proof-")[2].partition(".")[0])
    for number in (other, theirs, 999_999_999, 2**70):
        assert client.get(f"{mine}/proof-{number}.tlog-proof").status == 404
    assert client.get("/gifts/nobody/proof.tlog-proof").status == 404
    assert client.get(f"{mine[:-1]}x/proof.tlog-proof").status == 404


def test_a_gift_that_was_not_paid_has_no_proof(donor: Donor, client: Client, books: Session) -> None:
    donor.choose("5")
    answer = client.get(f"{donor.gift_url}/proof.tlog-proof")
    assert answer.status == 404
    assert "has not been paid" in answer.words


def test_a_proof_from_the_first_day_holds_for_ever(donor: Donor, client: Client, books: Session, tmp_path: Path) -> None:
    first = sealed_gift(donor, books).follow("The proof, a small file to keep").body
    for _ in range(5):
        ledger.pay_in(books, 100)
        ledger.seal(books)
    later = client.get(f"{donor.gift_url}/proof.tlog-proof").body
    assert first != later
    assert verified(first, tmp_path)[0] == verified(later, tmp_path)[0] == 0


def test_the_receipt_carries_the_proof_as_a_file_and_in_letters(donor: Donor, client: Client, books: Session, tmp_path: Path) -> None:
    for pence in range(100, 140):
        ledger.pay_in(books, pence)
    page = sealed_gift(donor, books)
    proof = page.follow("The proof, a small file to keep").body
    pages, attached = document(page.follow("Receipt (PDF)").body)
    assert len(pages) == 2
    assert "place" in pages[0]
    assert attached == {f"gift-{receipts.reference_of(donor.gift)}.tlog-proof": proof}
    assert "For checking" in pages[1]
    assert KEY in pages[1].replace("\r\n", "")
    # Read off the page, as a scanner would: the same file, byte for byte.
    made = from_paper(pages[1], tmp_path)
    assert made == proof
    assert verified(made, tmp_path)[0] == 0


def test_the_mailed_receipt_waits_a_moment_for_the_seal(
    mail_box: MailBox, donor: Donor, books: Session, run_jobs: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ledger.seal(books)
    books.commit()
    donor.give("10", email="mary@example.org")

    def meanwhile(_seconds: float) -> None:
        ledger.seal(books)
        books.commit()

    monkeypatch.setattr(tasks.time, "sleep", meanwhile)
    run_jobs()
    (letter,) = mail_box.messages
    (pdf,) = letter.iter_attachments()
    pages, attached = document(pdf.get_content())
    assert len(pages) == 2
    (proof,) = attached.values()
    assert verified(proof, tmp_path)[0] == 0


def test_the_mailed_receipt_does_not_wait_where_nothing_is_sealed(
    mail_box: MailBox, donor: Donor, run_jobs: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(_seconds: float) -> None:
        raise AssertionError("it waits for a seal that does not come")

    monkeypatch.setattr(tasks.time, "sleep", never)
    donor.give("10", email="mary@example.org")
    run_jobs()
    (letter,) = mail_box.messages
    (pdf,) = letter.iter_attachments()
    assert len(document(pdf.get_content())[0]) == 1


def test_the_page_of_a_sealed_gift_runs_our_own_script_alone(donor: Donor, books: Session) -> None:
    page = sealed_gift(donor, books)
    (script,) = page.soup.select("script")
    assert str(script["src"]).startswith("/static/js/check-proof.js?")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "Set-Cookie" not in page.headers
    assert not page.soup.select("style, [style], iframe, img, [onclick]")
    assert [link["href"].partition("?")[0] for link in page.soup.select("link[rel=stylesheet]")] == ["/static/css/give.css"]


def test_the_page_of_a_gift_asks_the_database_little(donor: Donor, client: Client, books: Session, worker_database: OwnDatabase) -> None:
    sealed_gift(donor, books)
    refund(donor, books, 100)
    ledger.seal(books)
    url = donor.gift_url
    client.get(url)
    asked: list[str] = []
    event.listen(worker_database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    client.get(url)
    assert len([words for words in asked if words.lstrip().startswith(("SELECT", "WITH"))]) <= 12
