"""What a server plays next: by a vote or at the host's word, and how everybody comes along."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import esper
import pytest

from game.arenas import ArenaChoice, arenas_of, load_arena
from game.games import GAMES
from game.server.playlist import MOST_CHOICES, Item, Playlist, PlaylistError
from game.server.worlds import Worlds
from net.client.client_session import Ending
from net.client.connector import Connector, Phase
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.io.transport import bound_address, listen
from net.rounds import Ballot, Vote
from net.server.limits.bans import Bans
from net.server.simulation import ServerSettings
from tests.game.live import run
from tests.harness import HALL

TAG, SNOWBALL, FOOTBALL = GAMES.values()


def playlist(game: Game = TAG) -> Playlist:
    return Playlist(game, load_arena(arenas_of(game)[0].path), list(GAMES.values()))


def test_other_games_can_be_voted_for_and_none_twice() -> None:
    for game in GAMES.values():
        choices = playlist(game).choices
        assert 2 <= len(choices) <= MOST_CHOICES
        assert len({choice.title for choice in choices}) == len(choices)
        assert {choice.game.name for choice in choices} >= GAMES.keys() - {game.name}


def test_by_always_going_on_everything_is_played_once_before_anything_comes_again() -> None:
    played = playlist()
    everything = [(game.name, choice.title) for game in GAMES.values() for choice in arenas_of(game)]
    titles = []
    for _ in range(2 * len(everything)):
        titles.append((played.game.name, played.arena.title))
        played.go_to(played.choices[0])
    assert titles == 2 * everything


def test_a_host_names_a_game_and_an_arena() -> None:
    played = playlist()
    assert played.find(["football"]).game is FOOTBALL
    assert played.find(["snowball", "snowfield"]).arena.name == "snowfield"
    assert played.find([]) == played.choices[0]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["chess"], "there is no game 'chess' to play here: tag, snowball, football"),
        (["football", "moon"], "Football has no arena 'moon': pitch"),
    ],
)
def test_what_is_not_on_the_list_is_named_with_what_there_is(words: list[str], why: str) -> None:
    with pytest.raises(PlaylistError) as error:
        playlist().find(words)
    assert str(error.value).startswith(why)


def test_where_a_host_brings_a_map_there_is_nothing_to_choose() -> None:
    played = Playlist(TAG, HALL)
    assert played.choices == []
    with pytest.raises(PlaylistError, match="nothing else"):
        played.find([])


def options(player: Connector) -> int:
    """How many a player can vote for just now."""
    if player.play is None or player.play.joined is None:
        return 0
    with player.play.world:
        return sum(len(ballot.options) for _, ballot in esper.get_component(Ballot))


class Live:
    """A server whose worlds change, on a real socket, and a player in it."""

    def __init__(self, worlds: Worlds, address: Address) -> None:
        self.worlds = worlds
        self.players = [Connector(TAG, address, name, 0, walltime.now, games=GAMES) for name in ("Ann", "Bob")]

    async def until(self, done: "Iterator[bool]") -> None:
        for each in done:
            if each:
                return
            self.worlds.advance(walltime.now())
            for player in self.players:
                player.update()
            await asyncio.sleep(0.001)


def forever(condition) -> Iterator[bool]:  # type: ignore[no-untyped-def]
    while True:
        yield condition()


async def served(others: list[Game], story) -> None:  # type: ignore[no-untyped-def]
    settings = ServerSettings(HALL, round_seconds=0.5, podium_seconds=20.0)
    arena = load_arena(arenas_of(TAG)[0].path)
    worlds = Worlds(Playlist(TAG, arena, others), settings, walltime.now, Bans(walltime.now))
    server = await listen("127.0.0.1", 0, worlds.accept)
    live = Live(worlds, bound_address(server))
    try:
        await live.until(forever(lambda: all(player.phase is Phase.PLAYING for player in live.players)))
        await story(live)
    finally:
        for player in live.players:
            player.leave()
        server.close()
        worlds.simulation.close("the test is over")


def test_after_a_vote_everybody_is_in_the_world_of_the_other_game_at_once() -> None:
    async def story(live: Live) -> None:
        former, former_choice = live.worlds.simulation, playlist().choices[0].game
        await live.until(forever(lambda: all(options(player) > 1 for player in live.players)))
        for player in live.players:
            assert player.play is not None
            player.play.request(Vote(1))
        await live.until(forever(lambda: live.worlds.simulation is not former))
        in_it = forever(lambda: all(p.phase is Phase.PLAYING and p.game is former_choice for p in live.players))
        await live.until(in_it)
        assert [player.ending for player in live.players] == [Ending.MOVED] * 2
        assert live.worlds.simulation.server_id == former.server_id
        assert live.worlds.simulation.stats is former.stats
        assert not live.worlds.simulation.stats.closing
        assert len(live.worlds.simulation.seats) == 2

    run(served(list(GAMES.values()), story))


def test_the_hosts_word_counts_at_the_next_tick_and_what_is_wrong_changes_nothing() -> None:
    async def story(live: Live) -> None:
        former = live.worlds.simulation
        assert live.worlds.move_on(["chess"]).startswith("there is no game 'chess'")
        live.worlds.advance(walltime.now())
        assert live.worlds.simulation is former
        assert live.worlds.move_on(["football"]) == "next: Football: The pitch"
        live.worlds.advance(walltime.now())
        assert live.worlds.simulation is not former
        await live.until(forever(lambda: all(p.phase is Phase.PLAYING and p.game is FOOTBALL for p in live.players)))

    run(served(list(GAMES.values()), story))


def test_an_arena_that_cannot_be_read_any_more_leaves_everybody_where_they_are(tmp_path: Path) -> None:
    async def story(live: Live) -> None:
        former = live.worlds.simulation
        live.worlds._next = Item(FOOTBALL, ArenaChoice("gone", "Gone", tmp_path / "gone.txt"))
        for _ in range(3):
            live.worlds.advance(walltime.now())
        assert live.worlds.simulation is former
        assert all(player.phase is Phase.PLAYING for player in live.players)

    run(served(list(GAMES.values()), story))
