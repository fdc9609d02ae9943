"""Addresses as people type them: what is meant is found, and what is wrong is named."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from net.io.address import DEFAULT_PORT, Address, AddressError, parse_address

GOOD: dict[str, tuple[str, int]] = {
    "localhost": ("localhost", DEFAULT_PORT),
    "localhost:6000": ("localhost", 6000),
    "  localhost:6000\n": ("localhost", 6000),
    "192.168.1.5": ("192.168.1.5", DEFAULT_PORT),
    "192.168.1.5:1": ("192.168.1.5", 1),
    "0.0.0.0:65535": ("0.0.0.0", 65535),
    "play.example.org": ("play.example.org", DEFAULT_PORT),
    "play.example.org.:5000": ("play.example.org.", 5000),
    "PLAY.Example.org": ("PLAY.Example.org", DEFAULT_PORT),
    "my-pc_2:5000": ("my-pc_2", 5000),
    "3com.com": ("3com.com", DEFAULT_PORT),
    "bücher.example:5000": ("bücher.example", 5000),
    "[::1]": ("::1", DEFAULT_PORT),
    "[::1]:6000": ("::1", 6000),
    "::1": ("::1", DEFAULT_PORT),
    "fe80::1%eth0": ("fe80::1%eth0", DEFAULT_PORT),
    "[2001:db8::5]:7000": ("2001:db8::5", 7000),
    "::ffff:192.168.1.5": ("::ffff:192.168.1.5", DEFAULT_PORT),
    "a" * 63 + ".org": ("a" * 63 + ".org", DEFAULT_PORT),
    "host:05000": ("host", 5000),
}


@pytest.mark.parametrize(("text", "meant"), GOOD.items(), ids=GOOD)
def test_what_people_type_is_understood(text: str, meant: tuple[str, int]) -> None:
    assert parse_address(text) == meant


# What is typed, and what the message must say: the wrong part, and what it is.
BAD: dict[str, tuple[str, ...]] = {
    "": ("type the server's address", "192.168.1.5"),
    "  \t": ("type the server's address",),
    ":5000": ("the host is missing", "before the colon"),
    "localhost:": ("'' is no port", "1 to 65535"),
    "localhost:0": ("'0' is no port", "1 to 65535"),
    "localhost:65536": ("'65536' is no port", "1 to 65535"),
    "localhost:-1": ("'-1' is no port",),
    "localhost:+80": ("'+80' is no port",),
    "localhost:http": ("'http' is no port", str(DEFAULT_PORT)),
    "localhost:50 00": ("'50 00' is no port",),
    "localhost:5_000": ("'5_000' is no port",),
    "localhost:٥٠٠٠": ("'٥٠٠٠' is no port",),
    "localhost:²": ("'²' is no port",),
    "http://localhost": ("leave 'http://' out", f"type localhost:{DEFAULT_PORT}"),
    "http://localhost:5001": ("leave 'http://' out", "type localhost:5001"),
    "HTTP://localhost:5001/": ("leave 'HTTP://' and '/' out", "type localhost:5001"),
    "https://play.example.org": ("leave 'https://' out", "type play.example.org:5000, or tls://play.example.org:5000"),
    "wss://play.example.org:7000/game?x#y": ("'wss://' and '/game?x#y' out", "or tls://play.example.org:7000 if"),
    "tcp://192.168.1.5:5000": ("leave 'tcp://' out", "type 192.168.1.5:5000"),
    "ws://[::1]:5000": ("leave 'ws://' out", "type [::1]:5000"),
    "tls:/localhost": ("leave 'tls:/' out", "type tls://localhost:5000"),
    "tls://localhost:5000/": ("leave '/' out", "type tls://localhost:5000"),
    "localhost:5000/": ("leave '/' out", "type localhost:5000"),
    "tls://ann@localhost": ("leave 'ann@' out", "type tls://localhost:5000"),
    "http://ann:secret@localhost/a": ("leave 'http://' and '/a' and 'ann:secret@' out", "type localhost:5000"),
    "http://my pc:5000": ("leave 'http://' out", "'my pc' is no host name"),
    "http://": ("leave 'http://' out", "type the server's address"),
    "localhost：5000": ("use a plain colon", "type localhost:5000"),
    "１９２．１６８．１．５:5000": ("plain points, digits", "type 192.168.1.5:5000"),
    "192。168。1。5": ("plain points", "type 192.168.1.5:5000"),
    "localhost : 5000": ("leave spaces", "type localhost:5000"),
    "192. 168. 1. 5": ("leave spaces", "type 192.168.1.5:5000"),
    "\ufeff192.168.1.5": ("what cannot be seen", "type 192.168.1.5:5000"),
    "localhost 5001": ("leave spaces", "type localhost:5001"),
    "tls://http://localhost": ("leave 'http://' out", "type tls://localhost:5000"),
    "'localhost:5000'": ("quotes", "type localhost:5000"),
    "python main.py --connect 192.168.1.5:6000": ("leave '--connect' out", "type 192.168.1.5:6000"),
    "my pc": ("'my pc' is no host name", "letters, digits"),
    "ann@home": ("leave 'ann@' out", "type home:5000"),
    "home/game": ("leave '/game' out", "type home:5000"),
    "-home": ("'-home' is no host name",),
    "home-": ("'home-' is no host name",),
    "a..b": ("'a..b' is no host name",),
    ".": ("'.' is no host name",),
    "..": ("'..' is no host name",),
    "a" * 64: ("is no host name",),
    ".".join(["a" * 63] * 4): ("is no host name",),
    "ü" * 64: ("is no host name",),
    "\0": ("is no host name",),
    "192.168.1": ("'192.168.1' is no IPv4 address", "0 to 255"),
    "192.168.1.256": ("'192.168.1.256' is no IPv4 address",),
    "192.168.1.5.6:5000": ("'192.168.1.5.6' is no IPv4 address",),
    "192.168.01.5": ("'192.168.01.5' is no IPv4 address",),
    "5000": ("'5000' is no IPv4 address",),
    "[::1": ("bracket", "not closed", "[::1]:5000"),
    "[::1]5000": ("'5000' follows the bracket", "[::1]:5000"),
    "[::1]:": ("'' is no port",),
    "[::1]:x": ("'x' is no port",),
    "[]": ("'' is no IPv6 address",),
    "[localhost]:5000": ("'localhost' is no IPv6 address", "[::1]"),
    "[192.168.1.5]": ("'192.168.1.5' is no IPv6 address",),
    "::1::2": ("'::1::2' is no IPv6 address",),
    "localhost:5000:6000": ("'localhost:5000:6000' has too many colons", "192.168.1.5:5000"),
    "192.168.1.5:5000:": ("too many colons",),
    "tls://192.168.1.5:5000:5000": ("too many colons",),
    "tcp:192.168.1.5:5000": ("too many colons",),
    "::ffff:1.2.3": ("'::ffff:1.2.3' is no IPv6 address",),
    "fe80:::1%eth0": ("'fe80:::1%eth0' is no IPv6 address",),
    "2001:db8::g": ("'2001:db8::g' has too many colons",),
}


@pytest.mark.parametrize(("text", "said"), BAD.items(), ids=[text[:20] or "nothing" for text in BAD])
def test_what_is_wrong_is_named(text: str, said: tuple[str, ...]) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    for part in said:
        assert part in str(caught.value)


@pytest.mark.parametrize("text", GOOD)
def test_an_address_that_is_shown_can_be_typed_again(text: str) -> None:
    address = parse_address(text)
    assert parse_address(str(address)) == address


def test_an_ipv6_address_is_shown_in_brackets_and_others_are_not() -> None:
    assert str(Address("::1", 5000)) == "[::1]:5000"
    assert str(Address("192.168.1.5", 5000)) == "192.168.1.5:5000"


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.text(max_size=30) | st.text("[]:.%-0123456789abcfx ", max_size=20))
@example("[fe80::1%]")
@example("xn--:1")
@example("1" * 300)
@example("tls://tls://a")
@example("://@/")
def test_any_text_is_an_address_that_can_be_typed_again_or_an_address_error(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert 1 <= address.port <= 65535
    assert parse_address(str(address)) == address


def test_a_port_of_thousands_of_digits_is_an_address_error_too() -> None:
    with pytest.raises(AddressError, match="is no port"):
        parse_address("localhost:" + "1" * 5000)
