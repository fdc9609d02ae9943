"""A stage that watches what players see: any display rate, the network between ticks, pictures of each drawn frame."""

from dataclasses import dataclass

import esper

from ecs.arena import Arena
from ecs.components import UNITS_PER_PIXEL, Intent, NetID
from ecs.movement.step import Body, Motion, step
from net.client.components import Shown
from net.conditioner.link import End
from net.wire.codec import FROM_CLIENT_LIMIT, decode_from_client
from net.wire.framing import Deframer
from net.wire.messages import Steer
from tests.harness import Player, Stage

SUBSTEPS = 4  # the network is looked at so often within a tick


class FeelStage(Stage):
    """A stage whose network moves between ticks, and whose players draw at their own rate."""

    def __init__(self, arena: Arena, fps: float = 60.0) -> None:
        super().__init__(arena)
        self.compare_ticks = 10 * self.frame_ticks  # what is measured here is another thing
        self.frame_seconds = 1 / fps
        self._next_frame = self.clock.time
        self._places: dict[int, dict[int, tuple[int, int]]] = {}  # tick -> where everybody was, once asked for

    def tick(self, pictures: "list[Picture]") -> None:
        """Let one tick pass, and give a picture of each frame that was drawn in it to `pictures`."""
        began, length = self.clock.time, 1 / self.settings.tick_rate
        for part in range(1, SUBSTEPS + 1):
            until = began + length * part / SUBSTEPS
            while self._next_frame < until - 1e-9:
                self._at(self._next_frame)
                self._draw(pictures)
                self._next_frame += self.frame_seconds
            self._at(until)
        self.simulation.advance(self.clock.time)
        with self.simulation.world:
            self.history[self.simulation.tick] = self.registry.describe_all(self.simulation.world)

    def places(self, tick: int) -> dict[int, tuple[int, int]]:
        """Where the server had everybody at the end of a tick, in world units; nobody where there was no such tick."""
        found = self._places.get(tick)
        if found is None:
            rows = {net_id: dict(components)[0] for net_id, components in self.history.get(tick, ())}
            found = {net_id: (int(x), int(y)) for net_id, (x, y) in rows.items()}
            if tick in self.history:
                self._places[tick] = found
        return found

    def _at(self, time: float) -> None:
        self.clock.time = time
        self.deliver()

    def _draw(self, pictures: "list[Picture]") -> None:
        for player in self.players:
            player.update()
            pictures.append(picture_of(self, player))


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where somebody was drawn, in world units."""

    x: float
    y: float
    error: float  # how much of that is an error that fades, on the axis where it is larger
    going: bool  # as far as we know, they want to move

    @property
    def at(self) -> tuple[float, float]:
        """The place."""
        return self.x, self.y


@dataclass(slots=True)
class Picture:
    """What one player saw in one frame."""

    player: Player
    time: float  # seconds
    server: float  # the tick that the server was at
    shown_tick: float  # at which the others were shown
    stands: bool  # it is past all that can be told or guessed
    others: dict[int, Drawn]
    own: tuple[float, float] | None  # one's own, in world units, without the error that fades


def picture_of(stage: Stage, player: Player) -> Picture:
    """What is drawn for a player now."""
    others: dict[int, Drawn] = {}
    own: tuple[float, float] | None = None
    interpolation = player.play.joined.interpolation if player.play.joined else None
    if interpolation is not None:
        with player.play.world:
            for _, (net_id, shown, intent) in esper.get_components(NetID, Shown, Intent):
                if net_id.id == player.net_id:
                    own = shown.x - shown.error_x, shown.y - shown.error_y
                else:
                    error = max(abs(shown.error_x), abs(shown.error_y))
                    others[net_id.id] = Drawn(shown.x, shown.y, error, intent.direction != 0)
    shown_tick = interpolation.now if interpolation is not None else -1.0
    stands = interpolation is not None and shown_tick > interpolation.timeline.end
    server = stage.simulation.network.milliticks() / 1000
    return Picture(player, stage.clock.time, server, shown_tick, stands, others, own)


def truth(stage: FeelStage, net_id: int, tick: float) -> tuple[float, float] | None:
    """Where the server had somebody at a tick with its fraction, in world units."""
    first = int(tick)
    before, after = stage.places(first).get(net_id), stage.places(first + 1).get(net_id)
    if before is None or after is None:
        return None
    (x, y), (to_x, to_y) = before, after
    share = tick - first
    return x + (to_x - x) * share, y + (to_y - y) * share


def distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Between two places, in pixels."""
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5 / UNITS_PER_PIXEL)


class Uplink:
    """Between a client and its pipe: counts the intents that the network held back for a lost segment or an outage."""

    def __init__(self, end: End) -> None:
        self.behind = 0
        self.name = end.name
        self._end = end

    @property
    def unsent(self) -> int:
        """As a Pipe has it."""
        return self._end.unsent

    def write(self, data: bytes) -> bool:
        """As a Pipe has it."""
        counts = self._end.outgoing.counts
        before = counts.delayed_by_loss + counts.delayed_by_outage
        taken = self._end.write(data)
        held_back = counts.delayed_by_loss + counts.delayed_by_outage > before
        said = [decode_from_client(payload) for payload in Deframer(FROM_CLIENT_LIMIT).feed(data)]
        self.behind += held_back * sum(isinstance(message, Steer) for message in said)
        return taken

    def close(self) -> None:
        """As a Pipe has it."""
        self._end.close()


class Key:
    """Watches how many frames go by between a change of direction and its first trace on one's own screen."""

    def __init__(self, player: Player, motion: Motion) -> None:
        self.presses = self.longest = 0
        self._player = player
        self._motion = motion
        self._without: tuple[int, Body, int] | None = None  # tick, body, direction, had the key not been pressed
        self._frames = 0

    def watch(self) -> None:
        """Before the frame: has the direction just changed?"""
        prediction = self._player.joined.reconciliation.prediction
        assert prediction is not None
        wanted = self._player.controls.upcoming
        if wanted == prediction.wanted or self._without is not None:
            return
        if prediction.peek(wanted)[0][:2] != prediction.peek(prediction.wanted)[0][:2]:  # not just the same wall again
            self.presses += 1
            self._frames = 0
            self._without = prediction.tick, prediction.body, prediction.direction

    def see(self, picture: Picture) -> None:
        """A frame was drawn: is it another one than it would have been without the key?"""
        if self._without is None or picture.own is None:
            return
        tick, body, direction = self._without
        now = self._player.joined.input.now
        while tick < int(now):
            tick, body = tick + 1, step(body, direction, self._motion)
        after, share = step(body, direction, self._motion), now - tick
        unmoved = body.x + (after.x - body.x) * share, body.y + (after.y - body.y) * share
        if distance(unmoved, picture.own) > 1e-6:
            self.longest = max(self.longest, self._frames)
            self._without = None
        self._frames += 1
