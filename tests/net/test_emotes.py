"""Emotes: shown to everybody who sees the player, once, in any game."""

from typing import Any

import pytest

from ecs.arena import TILE, parse_arena
from net.emotes import EMOTES, Emote, Emoted
from net.game import Game
from net.testing import Player, Stage
from net.wire.errors import RemoteProtocolError
from tests.harness import HALL

LONG = parse_arena("\n".join(["#" * 150, *["#" + "." * 148 + "#"] * 8, "#" * 150]))
PLAIN = Game(name="plain", title="Plain")


def hears(player: Player) -> list[Any]:
    """What that player's window is told from now on."""
    told: list[Any] = []
    player.play.happened = lambda event, tick: told.append(event)
    return told


def test_an_emote_is_told_once_to_everybody_and_to_who_shows_it() -> None:
    stage = Stage(PLAIN, HALL)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.run(30)
    told = [hears(player) for player in (ann, bob)]
    for number in range(len(EMOTES)):
        ann.play.request(Emote(number))
        stage.run(20)
    assert told == [[Emoted(ann.net_id, number) for number in range(len(EMOTES))]] * 2
    stage.close()


def test_who_is_far_away_is_not_told() -> None:
    stage = Stage(PLAIN, LONG, cell_tiles=4)
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.run(30)
    stage.place(ann.net_id, 2 * TILE, 2 * TILE)
    stage.place(bob.net_id, LONG.width - 4 * TILE, 2 * TILE)
    stage.run(60)
    near, far = hears(ann), hears(bob)
    ann.play.request(Emote(1))
    stage.run(30)
    assert near == [Emoted(ann.net_id, 1)]
    assert far == []
    stage.close()


@pytest.mark.parametrize("number", [-1, len(EMOTES)])
def test_there_is_no_emote_beyond_the_last(number: int) -> None:
    with pytest.raises(RemoteProtocolError, match="is not possible"):
        PLAIN.registry().read_request(0, (number,))
