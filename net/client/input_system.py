"""From keys to intents: predicts one's own player tick by tick, and tells the server of each change."""

from collections.abc import Callable
from typing import Final

import esper

from net.client.clock import Pace, ServerClock
from net.client.controls import Controls, Wanted
from net.client.prediction import Prediction
from net.client.reconciliation_system import ReconciliationSystem
from net.replication.mirror import Mirror
from net.wire.messages import Steer

MAX_AHEAD_SECONDS: Final = 3  # without a word from the server, after which predicting further makes no sense


class InputSystem(esper.Processor):
    """Runs the prediction up to the tick at which an intent sent now is applied."""

    def __init__(
        self,
        controls: Controls,
        clock: ServerClock,
        mirror: Mirror,
        reconciliation: ReconciliationSystem,
        tick_rate: int,
        send: Callable[[Steer], None],
    ) -> None:
        self._controls = controls
        self._clock = clock
        self._mirror = mirror
        self._reconciliation = reconciliation
        self._pace = Pace(tick_rate)
        self._max_ahead = MAX_AHEAD_SECONDS * tick_rate
        self._send = send
        self.now = 0.0  # in ticks, with the fraction that has passed of the next
        self.shown: Callable[[], float] = lambda: mirror.tick  # the tick at which the player sees the others

    @property
    def upcoming(self) -> Wanted:
        """What is wanted of the next tick: it is drawn before its tick comes, so that no key waits for one."""
        return self._controls.upcoming

    def may_launch(self, prediction: Prediction, wanted: Wanted) -> bool:
        """Whether that would launch something, as far as we know. Inside `with world`."""
        return wanted.action != prediction.wanted.action and self._reconciliation.may_launch(
            prediction.wanted.action, wanted.action
        )

    def process(self, now: float) -> None:
        prediction = self._reconciliation.prediction
        if prediction is None or not self._clock.synced:
            return
        self._controls.lag = round(2 * (self.now - self.shown()))  # in the picture that the player acts on
        self.now = self._pace.follow(now, self._clock.tick(now) + self._clock.lead)
        until = min(int(self.now), self._mirror.tick + self._max_ahead)
        self._catch_up(prediction, until)

    def _catch_up(self, prediction: Prediction, until: int) -> None:
        while prediction.tick < until:
            # After a gap (the very first ticks, a stalled frame loop) the past cannot be steered any more.
            wanted = self._controls.next() if prediction.tick >= until - 2 else prediction.wanted
            news = prediction.advance(wanted, self.may_launch(prediction, wanted))
            if news is not None:
                self._send(news)
