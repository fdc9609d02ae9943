"""A stage on which Tag is played, and what its players can be asked."""

import esper

from ecs.arena import TILE
from ecs.components import NetID
from game.tag import TAG
from game.tag.components import Immune, Tagged
from net.components import Name
from net.conditioner.link import PERFECT, Conditions
from net.game import Game
from net.rounds import Podium, Round, RoundPhase, Score, score_at
from tests.harness import HALL, Player, Stage

ROUND_SECONDS, PODIUM_SECONDS = 4.0, 1.0
ROUND, PODIUM = 240, 60  # the same in ticks


class TagStage(Stage):
    """A server that plays short rounds of Tag."""

    def __init__(self, seed: int = 0, round_seconds: float = ROUND_SECONDS, **settings: int | float) -> None:
        super().__init__(HALL, TAG, round_seconds=round_seconds, podium_seconds=PODIUM_SECONDS, seed=seed, **settings)  # type: ignore[arg-type]

    def join(
        self,
        name: str = "Ann",
        conditions: Conditions = PERFECT,
        seed: int = 0,
        password: str = "",
        game: Game | None = None,
    ) -> Player:
        """Somebody comes, and stands apart from all who came before as soon as they are in."""
        player = super().join(name, conditions, seed, password, game)
        self.run(2 + round(4 * 60 * conditions.latency))
        self.place(player.net_id, (2 + 4 * (len(self.players) % 9)) * TILE, (2 + 5 * (len(self.players) // 9)) * TILE)
        return player

    def beside(self, player: Player, other: Player, gap: int = 0) -> None:
        """Put somebody to the east of another, with a gap (world units)."""
        x, y = self.at(other.net_id)
        self.place(player.net_id, x + 448 + gap, y)

    def bearers(self, component: type) -> list[int]:
        """The NetIDs of those who have it."""
        with self.simulation.world:
            return sorted(net_id.id for _, (net_id, _) in esper.get_components(NetID, component))

    @property
    def it(self) -> int | None:
        """Who is "it"; there is never more than one."""
        found = self.bearers(Tagged)
        assert len(found) <= 1
        return found[0] if found else None

    def player(self, net_id: int | None) -> Player:
        return next(player for player in self.players if player.net_id == net_id)

    def others(self) -> list[Player]:
        """Those who are not "it"."""
        return [player for player in self.players if player.net_id != self.it]

    def immune(self) -> list[int]:
        return self.bearers(Immune)

    @property
    def round(self) -> Round:
        with self.simulation.world:
            ((_, found),) = esper.get_component(Round)
            return found

    @property
    def phase(self) -> RoundPhase:
        return RoundPhase(self.round.phase)

    def podium(self) -> Podium | None:
        with self.simulation.world:
            found = esper.get_component(Podium)
            return found[0][1] if found else None

    def scores(self) -> dict[str, int]:
        """Everybody's, in ticks, by name."""
        with self.simulation.world:
            return scoreboard(self.simulation.tick)

    def board(self, player: Player) -> dict[str, int]:
        """The same as a client works it out from its mirror."""
        with player.play.world:
            return scoreboard(player.joined.mirror.tick)


def scoreboard(tick: int) -> dict[str, int]:
    """Inside `with world`."""
    return {name.text: score_at(score, tick) for _, (name, score) in esper.get_components(Name, Score)}
