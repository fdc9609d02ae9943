"""A small `tests.benchmarks.fairness`: who aims well hits as often from far away, and what that costs is bounded."""

from typing import Any

from net.past import REWIND_SECONDS
from tests.benchmarks.fairness import measure


def test_the_share_of_hits_does_not_depend_on_the_ping_and_the_cost_is_bounded() -> None:
    near: dict[str, Any] = measure(0.0, 100)
    far: dict[str, Any] = measure(0.2, 100)
    blind: dict[str, Any] = measure(0.2, 60, rewinds=False)
    assert near["share"] > 0.25, "those who aim well do hit"
    assert abs(near["share"] - far["share"]) < 0.1, "of a hundred throws"
    assert blind["share"] < near["share"] / 2, "where the present counts, who is far away hits hardly anybody"
    assert far["victim_ms"]["max"] <= 1000 * REWIND_SECONDS
    assert far["victim_pixels"]["max"] <= 210 * REWIND_SECONDS
