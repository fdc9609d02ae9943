"""Whom a limit counts as one."""

import pytest

from net.server.limits.origin import of_host, origin


@pytest.mark.parametrize(
    ("peer", "counts_as"),
    [
        ("192.0.2.7:40000", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:40000", "192.0.2.7"),
        ("[2001:db8:1:2:3:4:5:6]:40000", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:1", "2001:db8:1:2::/64"),
        ("[fe80::1%eth0]:40000", "fe80::/64"),
        ("[::1]:40000", "::1"),
        ("link", "link"),
    ],
)
def test_an_origin_is_an_address_or_an_ipv6_household(peer: str, counts_as: str) -> None:
    assert origin(peer) == counts_as


def test_what_is_no_address_is_none() -> None:
    assert of_host("Ann") == of_host("") == of_host("192.0.2.256") == ""
