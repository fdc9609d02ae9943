"""The soak's own pieces, a run of seconds, and, marked slow, runs of a minute: `python -m pytest -m slow`."""

import json
import math
import random
from typing import Any

import pytest

from tests.benchmarks import soak
from tests.benchmarks.soak import MEMORY_MINUTES, MOST_MB_PER_HOUR, faults
from tests.benchmarks.trend import Samples, trend


def test_a_straight_line_has_its_slope_and_no_error() -> None:
    line = trend([0, 1, 2, 3, 4], [10, 12, 14, 16, 18])
    assert line.per_hour == pytest.approx(7200)
    assert line.error == pytest.approx(0, abs=1e-6)
    assert line.least == pytest.approx(7200)


def test_of_samples_that_are_independent_the_error_is_the_textbooks() -> None:
    rng = random.Random(5)
    times = [float(n) for n in range(400)]
    values = [0.01 * time + rng.gauss(0, 2) for time in times]
    line = trend(times, values)
    spread = sum((time - 199.5) ** 2 for time in times)
    assert line.error == pytest.approx(3600 * 2 / math.sqrt(spread), rel=0.15)
    assert abs(line.per_hour - 36) < 3 * line.error
    assert line.least > 0, "it does grow"


def test_of_samples_that_stay_where_they_are_a_while_the_error_is_larger() -> None:
    rng = random.Random(6)
    steps = [rng.gauss(0, 2) for _ in range(40)]
    alike = [steps[n // 10] for n in range(400)]
    times = [float(n) for n in range(400)]
    rng.shuffle(apart := list(alike))
    assert trend(times, alike).error > 2.5 * trend(times, apart).error


def test_a_flat_line_grows_by_nothing_and_too_few_samples_say_nothing() -> None:
    assert trend([0, 1, 2, 3], [7, 7, 7, 7]) == (0, 0)
    with pytest.raises(ValueError, match="needs 4 samples"):
        trend([0, 1, 2], [1, 2, 3])
    assert Samples().report()["rss_mb"]["per_hour"] is None


def test_the_first_fifth_of_the_time_is_warming_up_and_does_not_count() -> None:
    samples = Samples()
    for second in range(100):
        samples.take(float(second), min(second, 20) * 1.0, 7)
    report = samples.report()
    assert report["rss_mb"]["first"] == report["rss_mb"]["most"] == 20
    assert report["rss_mb"]["per_hour"] == report["descriptors"]["per_hour"] == 0


GOOD: dict[str, Any] = {
    "minutes": MEMORY_MINUTES,
    "server": {"exit_code": 0, "rss_mb": {"at_least_per_hour": 1.0}},
    "client": {"rss_mb": {"at_least_per_hour": -2.0}},
    "descriptors_before": 7,
    "descriptors_after": 7,
    "players_left": 0,
    "mirror_checks": 9,
    "mirror_mismatches": 0,
    "processes_killed": 1,
    "joins": 3,
    "resumes": 1,
    "left_tasks": 0,
    "left_worlds": 0,
    "left_descriptors": 0,
    "log_bytes_per_event": 90.0,
    "tracebacks": 0,
    "corrections": {"late": 3},
}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"mirror_checks": 0}, "no mirror"),
        ({"mirror_mismatches": 1}, "mirrors differ"),
        ({"processes_killed": 0}, "killed"),
        ({"descriptors_after": 8}, "connections"),
        ({"players_left": 1}, "seats"),
        ({"left_worlds": 1}, "clients hold"),
        ({"log_bytes_per_event": 5000.0}, "log"),
        ({"tracebacks": 1}, "tracebacks"),
        ({"corrections": {"unexplained": 1}}, "unexplained"),
        ({"client": {"rss_mb": {"at_least_per_hour": MOST_MB_PER_HOUR + 1}}}, "client's memory"),
        ({"server": {"exit_code": 1, "rss_mb": {"at_least_per_hour": 0.0}}}, "did not end well"),
    ],
)
def test_whatever_is_wrong_with_a_run_is_said(wrong: dict[str, Any], word: str) -> None:
    assert faults(GOOD) == []
    (said,) = faults({**GOOD, **wrong})
    assert word in said


def test_a_soak_of_seconds_sees_all_kinds_of_comings_and_goings_and_leaves_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = soak.main(["--minutes", "0.06", "--bots", "12", "--visible", "all", "--stay", "0.7", "--hold-seat", "0.5"])
    assert line["faults"] == []
    assert line["cuts"] > 0
    assert line["leaves"] > 0
    assert line["vanishes"] > 0
    assert json.loads(capsys.readouterr().out) == line


@pytest.mark.slow
@pytest.mark.parametrize(("bots", "visible"), [("100", "area"), ("20", "all")])
def test_a_soak_of_a_minute_leaves_nothing(bots: str, visible: str) -> None:
    line = soak.main(["--minutes", "1", "--bots", bots, "--visible", visible])
    assert line["faults"] == []
    assert line["joins_anew"] + line["watches"] > 0
    assert line["mirror_checks"] > 60 * 10
