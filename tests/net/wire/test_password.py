"""Showing that one knows a password: what is good, what is not, and what it is bound to."""

import dataclasses

import pytest

from net.wire.messages import Challenge, Proof
from net.wire.password import PASSWORD_LIMIT, clean_password, derive, is_proven, prove, random_digits

SALT = "1f8e3a90c47d52b6e05a7b3c9d1f6e28"
CHALLENGE = Challenge(SALT, "9a04d7c1e2b35f68a7c0d9e1f2b3a4c5")
KEY = derive("xyzzy", SALT)
CERTIFICATE = "ab" * 32


def test_who_knows_the_password_is_believed_and_who_does_not_is_not() -> None:
    assert is_proven(KEY, CHALLENGE, prove("xyzzy", CHALLENGE))
    for wrong in ("xyzzz", "Xyzzy", "xyzzy ", "x"):
        assert not is_proven(KEY, CHALLENGE, prove(wrong, CHALLENGE))


def test_a_proof_is_good_for_one_connection_and_one_server_alone() -> None:
    proof = prove("xyzzy", CHALLENGE, CERTIFICATE)
    assert is_proven(KEY, CHALLENGE, proof, CERTIFICATE)
    assert not is_proven(KEY, CHALLENGE, proof), "whoever stands between has no such certificate"
    assert not is_proven(KEY, CHALLENGE, proof, "cd" * 32)
    assert not is_proven(KEY, Challenge(SALT, random_digits()), proof, CERTIFICATE)
    assert not is_proven(derive("xyzzy", random_digits()), CHALLENGE, proof, CERTIFICATE)


def test_a_proof_with_any_digit_changed_is_none() -> None:
    proof = prove("xyzzy", CHALLENGE)
    for place in range(len(proof.proof)):
        other = "0" if proof.proof[place] != "0" else "1"
        changed = proof.proof[:place] + other + proof.proof[place + 1 :]
        assert not is_proven(KEY, CHALLENGE, dataclasses.replace(proof, proof=changed))
    assert not is_proven(KEY, CHALLENGE, Proof(random_digits(), proof.proof))


def test_no_two_proofs_are_the_same_though_the_question_is() -> None:
    assert len({prove("xyzzy", CHALLENGE).proof for _ in range(20)}) == 20


def test_a_password_is_the_same_however_it_was_typed() -> None:
    assert clean_password("Zu\u0308rich") == clean_password("Z\u00fcrich")
    assert clean_password(" two words ") == " two words ", "blanks count"


@pytest.mark.parametrize(
    ("password", "reason"),
    [("", "is empty"), ("x" * (PASSWORD_LIMIT + 1), f"at most {PASSWORD_LIMIT}"), ("a\nb", "can be seen")],
)
def test_what_is_no_password_is_said(password: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        clean_password(password)
    assert clean_password("x" * PASSWORD_LIMIT)
