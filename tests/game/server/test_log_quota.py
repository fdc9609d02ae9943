"""Lines that strangers cause: at, below and above the limit, and what becomes of the rest."""

import logging

import pytest

from game.server.log_quota import LogQuota
from tests.harness import Clock

log = logging.getLogger("strangers")


@pytest.fixture(autouse=True)
def everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "strangers")


def test_a_burst_passes_and_the_rest_is_a_number_before_the_next_line(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    quota = LogQuota(log, clock, lines_at_once=3, lines_per_second=2.0)
    for n in range(3):
        quota.info("line %d", n)
    assert caplog.messages == ["line 0", "line 1", "line 2"]
    for n in range(3, 10):
        quota.info("line %d", n)
    clock.time += 0.49
    quota.warning("too soon")
    assert len(caplog.messages) == 3
    assert quota.left_out == 8
    clock.time += 0.02
    quota.warning("now")
    assert caplog.messages[3:] == ["8 lines like the next one were left out: there were too many", "now"]
    assert quota.left_out == 0


def test_what_is_not_logged_costs_no_line(caplog: pytest.LogCaptureFixture) -> None:
    quota = LogQuota(log, Clock(), lines_at_once=1)
    caplog.set_level(logging.WARNING, "strangers")
    quota.info("nobody reads this")
    quota.warning("this")
    assert caplog.messages == ["this"]
