"""Files of certificates and keys: which do, and what is said of those that do not."""

import ssl
from pathlib import Path

import pytest

from net.io.certificates import CertificateError, client_context, server_tls
from tests.certificates import CA, OTHER, SERVER


def test_a_certificate_and_its_key_do() -> None:
    assert len(server_tls(*SERVER).fingerprint) == 64
    assert server_tls(*SERVER).fingerprint != server_tls(*OTHER).fingerprint


def test_of_a_chain_the_first_is_the_servers_own(tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    chain.write_text(SERVER[0].read_text() + CA.read_text())
    assert server_tls(chain, SERVER[1]).fingerprint == server_tls(*SERVER).fingerprint


LOCKED = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGHAgEA\n-----END ENCRYPTED PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("certificate", "key", "reason"),
    [
        (None, SERVER[1].read_text(), r"the certificate .*cert\.pem cannot be read: No such file"),
        (SERVER[0].read_text(), None, r"the key .*key\.pem cannot be read: No such file"),
        (SERVER[0].read_text(), OTHER[1].read_text(), r"key\.pem is not the key to .*cert\.pem"),
        ("rubbish", SERVER[1].read_text(), r"cert\.pem is no certificate in PEM form"),
        (SERVER[1].read_text(), SERVER[1].read_text(), r"cert\.pem is no certificate in PEM form"),
        (SERVER[0].read_text(), "rubbish", r"cert\.pem and .*key\.pem are no certificate and key in PEM form"),
        (SERVER[0].read_text(), LOCKED, r"key\.pem is locked with a passphrase"),
    ],
    ids=["no certificate", "no key", "another key", "rubbish", "a key twice", "rubbish as a key", "locked"],
)
def test_what_does_not_do_is_named(tmp_path: Path, certificate: str | None, key: str | None, reason: str) -> None:
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    for file, content in zip(files, (certificate, key), strict=True):
        if content is not None:
            file.write_text(content)
    with pytest.raises(CertificateError, match=reason):
        server_tls(*files)


def test_an_authority_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("rubbish")
    with pytest.raises(CertificateError, match=r"ca\.pem cannot be used: it has no certificates in PEM form"):
        client_context(tmp_path / "ca.pem")
    with pytest.raises(CertificateError, match=r"nowhere\.pem cannot be used: No such file"):
        client_context(tmp_path / "nowhere.pem")
    assert client_context(CA).verify_mode is ssl.CERT_REQUIRED
    assert client_context(None).check_hostname
