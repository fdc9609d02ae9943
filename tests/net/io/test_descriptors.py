"""How many connections the system allows: enough, raised to be enough, or a warning that says what to do."""

import logging
import resource

import pytest

from net.io.descriptors import OTHERS, allow_connections


class Limits:
    """In place of the system's."""

    def __init__(self, soft: int, hard: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = soft, hard
        monkeypatch.setattr(resource, "getrlimit", lambda which: self.now)
        monkeypatch.setattr(resource, "setrlimit", self.set)

    def set(self, which: int, limits: tuple[int, int]) -> None:
        assert which == resource.RLIMIT_NOFILE
        assert limits[1] == self.now[1]
        if limits[0] > limits[1] != resource.RLIM_INFINITY:
            raise ValueError("exceeds the hard limit")
        self.now = limits


@pytest.mark.parametrize(
    ("soft", "hard", "then", "allowed"),
    [
        (1000 + OTHERS, 1000 + OTHERS, 1000 + OTHERS, 1000),
        (999 + OTHERS, 1000 + OTHERS, 1000 + OTHERS, 1000),
        (256, 20_000, 1000 + OTHERS, 1000),
        (256, resource.RLIM_INFINITY, 1000 + OTHERS, 1000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY, 1000),
        (256, 999 + OTHERS, 999 + OTHERS, 999),
        (256, 256, 256, 256 - OTHERS),
        (16, 16, 16, 1),
    ],
)
def test_as_many_as_are_wanted_or_as_the_system_allows(
    soft: int, hard: int, then: int, allowed: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limits = Limits(soft, hard, monkeypatch)
    with caplog.at_level(logging.WARNING):
        assert allow_connections(1000) == allowed
    assert limits.now == (then, hard)
    assert caplog.messages == (
        []
        if allowed == 1000
        else [
            f"this process may open {then} files, so at most {allowed} can be connected; "
            f"to allow more, raise the limit (ulimit -n {1000 + OTHERS}, or LimitNOFILE= of systemd)"
        ]
    )
