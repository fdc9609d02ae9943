"""A token bucket: so much at once, and so much a second for ever. Pure arithmetic; is told the time.

What is spent, and what happens to who has none left, is up to its users.
"""


class Bucket:
    """Full at first."""

    __slots__ = ("burst", "per_second", "tokens", "when")

    def __init__(self, burst: float, per_second: float, now: float) -> None:
        self.burst = burst
        self.per_second = per_second
        self.tokens = burst  # as of then
        self.when = now  # of the last look

    def left(self, now: float) -> float:
        """How many tokens there are by now."""
        tokens = self.tokens + (now - self.when) * self.per_second
        self.tokens = tokens = tokens if tokens < self.burst else self.burst
        self.when = now
        return tokens

    def take(self, cost: float, now: float) -> bool:
        """Take that many; False, and nothing is taken, where there are too few."""
        left = self.left(now)
        if left < cost:
            return False
        self.tokens = left - cost
        return True
