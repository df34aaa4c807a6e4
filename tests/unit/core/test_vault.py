"""Sealing what is personal: only the right key opens it, only where it belongs, and only unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundapp.core.vault import Unreadable, Vault, new_key

OLD, NEW = "an-old-key-of-a-test-0001", "a-new-key-of-a-test-0002"
NAME = "user_account.name"


@given(st.binary(max_size=2_000))
def test_what_was_sealed_is_opened_again(plain: bytes) -> None:
    vault = Vault([NEW])
    assert vault.open(NAME, vault.seal(NAME, plain)) == plain


def test_the_same_words_twice_look_different_and_show_nothing_of_themselves() -> None:
    vault = Vault([NEW])
    first, second = vault.seal(NAME, b"Rosa Whitaker"), vault.seal(NAME, b"Rosa Whitaker")
    assert first != second
    assert b"Rosa" not in first


def test_every_single_bit_that_is_changed_is_noticed() -> None:
    vault = Vault([NEW])
    sealed = vault.seal(NAME, b"Rosa")
    for place in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(Unreadable):
            vault.open(NAME, bytes(changed))


@pytest.mark.parametrize("cut", [0, 1, 5, 17, 30])
def test_what_is_cut_short_is_noticed(cut: int) -> None:
    vault = Vault([NEW])
    with pytest.raises(Unreadable):
        vault.open(NAME, vault.seal(NAME, b"Rosa")[:cut])


def test_a_value_moved_to_another_column_does_not_open_there() -> None:
    vault = Vault([NEW])
    with pytest.raises(Unreadable, match="user_account"):
        vault.open("user_account.email", vault.seal(NAME, b"Rosa"))


def test_after_rotation_both_keys_open_and_the_new_one_seals() -> None:
    before = Vault([OLD]).seal(NAME, b"Rosa")
    both = Vault([NEW, OLD])
    assert both.open(NAME, before) == b"Rosa"
    assert not both.is_current(before)
    assert both.is_current(both.seal(NAME, b"Rosa"))


def test_a_retired_key_opens_nothing_any_more() -> None:
    before = Vault([OLD]).seal(NAME, b"Rosa")
    with pytest.raises(Unreadable):
        Vault([NEW]).open(NAME, before)


def test_what_is_raised_says_nothing_of_what_was_sealed() -> None:
    with pytest.raises(Unreadable) as caught:
        Vault([NEW]).open(NAME, Vault([OLD]).seal(NAME, b"Rosa"))
    assert "Rosa" not in str(caught.value)
    assert OLD not in str(caught.value)


def test_an_index_is_the_same_for_the_same_words_and_another_for_another_purpose_or_key() -> None:
    vault = Vault([NEW, OLD])
    assert vault.index("user_account.email", "a@example.org") == vault.index("user_account.email", "a@example.org")
    assert vault.index("user_account.email", "a@example.org") != vault.index("invitation.email", "a@example.org")
    newest, older = vault.indexes("user_account.email", "a@example.org")
    assert newest == Vault([NEW]).index("user_account.email", "a@example.org")
    assert older == Vault([OLD]).index("user_account.email", "a@example.org")


def test_no_vault_is_opened_without_a_key() -> None:
    with pytest.raises(ValueError, match="PRIVATE_KEYS"):
        Vault([])


def test_a_new_key_can_stand_in_a_list_of_settings() -> None:
    key = new_key()
    assert len(key) >= 43
    assert not set(key) & set(", \n")
    assert key != new_key()
