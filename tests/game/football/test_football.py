"""Each rule of Football, through real clients; mirrors are held against the server at every frame."""

from collections.abc import Iterator
from typing import Any

import esper
import pytest

from ecs.components import Kind, NetID, Position
from game.arenas import load_arena
from game.football import FOOTBALL
from game.football.components import BALL, GOALS, LEFT, RIGHT, Goal, Match, Team
from net.client.components import Shown
from net.client.corrections import Cause
from net.conditioner.link import Conditions
from net.rounds import Podium, Score
from net.testing import Player, Stage, Walker
from tests.net.test_throwing import NETWORKS

assert FOOTBALL.arena is not None
PITCH = load_arena(FOOTBALL.arena)
EAST, WEST = 3, 7


class Kick:
    """Four players on the pitch, and the ball."""

    def __init__(self, latency: float = 0.0, **settings: Any) -> None:
        self.stage = Stage(FOOTBALL, PITCH, **settings)
        self.players = [self.stage.join(f"P{n}", Conditions(latency=latency)) for n in range(4)]
        self.goals: list[Goal] = []
        self.players[1].play.happened = lambda event, tick: self.goals.append(event)
        self.stage.run(200)

    @property
    def ball(self) -> int:
        with self.stage.simulation.world:
            return next(n.id for _, (n, kind) in esper.get_components(NetID, Kind) if kind.number == BALL)

    def all(self, kind: type) -> dict[int, Any]:
        """A component of everybody, as the second player's client holds it."""
        with self.players[1].play.world:
            found: list[Any] = esper.get_components(NetID, kind)
        return {bearer.id: component for _, (bearer, component) in found}

    def match(self) -> Match:
        (found,) = self.all(Match).values()
        return Match(found.left, found.right, found.until)

    def shoot(self, player: Player, way: int) -> None:
        """Somebody runs the ball straight into the goal on that side."""
        x, y = PITCH.width // 2, PITCH.height // 2
        self.stage.place(self.ball, x - 160, y - 160)
        for number, other in enumerate(self.players):  # out of the way
            self.stage.place(other.net_id, (10 + 3 * number) * 512, 2 * 512)
        self.stage.place(player.net_id, x - 224 + (1600 if way == WEST else -1600), y - 224)
        self.stage.run(30)
        before = len(self.goals)
        player.controls.steer(way)
        for _ in range(600):
            self.stage.run(1)
            if len(self.goals) > before:
                break
        player.controls.steer(0)


@pytest.fixture
def kick() -> Iterator[Kick]:
    kick = Kick(podium_seconds=1.0)
    yield kick
    for player in kick.players:
        assert player.joined.mirror.mismatches == 0
        assert player.joined.reconciliation.causes[Cause.UNEXPLAINED] == 0
    kick.stage.close()


def test_newcomers_fill_both_teams_evenly_each_in_its_half(kick: Kick) -> None:
    sides = {net_id: team.side for net_id, team in kick.all(Team).items()}
    assert sorted(sides.values()) == [LEFT, LEFT, RIGHT, RIGHT]
    for net_id, side in sides.items():
        assert (kick.stage.at(net_id)[0] < PITCH.width // 2) is (side == LEFT)


def test_a_goal_is_counted_for_the_side_and_the_shooter_and_told_once(kick: Kick) -> None:
    shooter = next(p for p in kick.players if kick.all(Team)[p.net_id].side == LEFT)
    kick.shoot(shooter, EAST)
    assert kick.goals == [Goal(LEFT, shooter.net_id, False)]
    assert (kick.match().left, kick.match().right) == (1, 0)
    assert kick.all(Score)[shooter.net_id] == Score(1)


def test_an_own_goal_is_the_other_sides_and_nobodys_score(kick: Kick) -> None:
    shooter = next(p for p in kick.players if kick.all(Team)[p.net_id].side == LEFT)
    kick.shoot(shooter, WEST)
    assert kick.goals == [Goal(RIGHT, shooter.net_id, True)]
    assert (kick.match().left, kick.match().right) == (0, 1)
    assert kick.all(Score)[shooter.net_id] == Score(0)


def test_after_a_goal_there_is_a_kick_off_with_everybody_in_their_half(kick: Kick) -> None:
    shooter = kick.players[0]
    kick.shoot(shooter, EAST)
    assert kick.match().until > 0
    kick.stage.run(100)
    assert kick.match().until == 0
    x, y = kick.stage.at(kick.ball)
    assert (x + 160, y + 160) == (PITCH.width // 2, PITCH.height // 2)
    for net_id, team in kick.all(Team).items():
        assert (kick.stage.at(net_id)[0] < PITCH.width // 2) is (team.side == LEFT)


def test_five_goals_win_and_the_next_round_begins_at_nil(kick: Kick) -> None:
    shooter = next(p for p in kick.players if kick.all(Team)[p.net_id].side == LEFT)
    for _ in range(GOALS):
        kick.shoot(shooter, EAST)
        kick.stage.run(20 if len(kick.goals) == GOALS else 100)
    assert len(kick.goals) == GOALS
    (podium,) = kick.all(Podium).values()
    assert (podium.first, podium.first_score, podium.second, podium.second_score) == ("Blue", GOALS, "Orange", 0)
    kick.stage.run(80)
    assert kick.match() == Match()
    assert kick.all(Score)[shooter.net_id] == Score(0)


@pytest.mark.parametrize("latency", [0.0, 0.025, 0.05, 0.1], ids=["0 ms", "50 ms", "100 ms", "200 ms"])
def test_the_ball_moves_on_my_screen_in_the_frame_of_my_touch(latency: float) -> None:
    """At these round trips; a frame before it touches, the ball lies still, and in the next it does not."""
    kick = Kick(latency)
    player = kick.players[0]
    x, y = PITCH.width // 2, PITCH.height // 2
    kick.stage.place(kick.ball, x - 160, y - 160)
    kick.stage.place(player.net_id, x - 2600, y - 224)
    kick.stage.run(120)
    player.controls.steer(EAST)
    history: list[tuple[float, float]] = []  # where own body ends and where the ball begins, on the screen
    for _ in range(100):
        kick.stage.run(1)
        with player.play.world as world:
            own, ball = world.entity(player.net_id), world.entity(kick.ball)
            assert own is not None
            assert ball is not None
            mine, its = esper.component_for_entity(own, Shown), esper.component_for_entity(ball, Shown)
            history.append((mine.x + 448, its.x))
    still = history[0][1]
    moved = next(frame for frame, (_, at) in enumerate(history) if at != still)
    touched = next(frame for frame, (edge, _) in enumerate(history) if edge > still)
    assert moved - touched <= 0
    assert all(edge <= at + 1 for edge, at in history), "nobody is drawn inside the ball"
    assert player.joined.reconciliation.causes_beside[Cause.UNEXPLAINED] == 0
    kick.stage.close()


@pytest.mark.parametrize("cell_tiles", [0, 8], ids=["all", "area"])
def test_mirrors_are_exact_in_a_crowd_on_bad_networks_and_each_correction_has_a_cause(cell_tiles: int) -> None:
    stage = Stage(FOOTBALL, PITCH, cell_tiles=cell_tiles, seed=2)
    players = [stage.join(f"P{n}", NETWORKS[n % len(NETWORKS)], seed=n) for n in range(6)]
    stage.run(240)
    minds = [FOOTBALL.bot() for _ in players]
    walkers = [Walker(player, n) for n, player in enumerate(players)]
    moved = set()

    def each(tick: int) -> None:
        for n, (player, mind) in enumerate(zip(players, minds, strict=True)):
            if tick % 20 == n:
                with player.play.world:
                    player.controls.steer(mind.wish(player.net_id, walkers[n]._rng).direction)

    for _ in range(25):
        stage.run(60, each)
        with stage.simulation.world:
            moved.add(next((at.x, at.y) for _, (at, kind) in esper.get_components(Position, Kind)))
    assert len(moved) > 5, "the ball was played"
    beside = 0
    for player in players:
        assert player.compared > 400
        assert player.joined.mirror.mismatches == 0
        assert player.joined.reconciliation.causes[Cause.UNEXPLAINED] == 0
        beside += player.joined.reconciliation.causes_beside.total()
    assert beside > 0, "corrections to the ball are counted too"
    stage.close()
