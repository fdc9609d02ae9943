"""The arenas that can be chosen, and how they are named."""

from pathlib import Path

import pytest

from ecs.arena import ArenaError
from game.arenas import DEFAULT_ARENA, arenas_of, find_arena, load_arena
from game.games import GAMES
from net.game import Game

ROOM = "; title: A room\n#####\n#...#\n#####\n"
HALL = "######\n#....#\n######\n"


@pytest.mark.parametrize("name", GAMES)
def test_each_built_in_game_has_arenas_with_titles_and_begins_with_its_own(name: str) -> None:
    game = GAMES[name]
    choices = arenas_of(game)
    assert choices[0].path == game.arena
    assert len({choice.name for choice in choices}) == len({choice.title for choice in choices}) == len(choices)
    for choice in choices:
        arena = find_arena(game, choice.name)
        assert arena.title == choice.title
        assert arena.theme


def test_a_game_of_somebody_else_brings_its_own(tmp_path: Path) -> None:
    (tmp_path / "room.txt").write_text(ROOM)
    (tmp_path / "long_hall.txt").write_text(HALL)
    game = Game(name="mine", title="Mine", arenas=[tmp_path / "room.txt", tmp_path / "long_hall.txt"])
    assert [choice[:2] for choice in arenas_of(game)] == [("room", "A room"), ("long_hall", "Long hall")]
    assert find_arena(game).title == "A room"
    assert find_arena(game, "long_hall").columns == 6
    assert find_arena(game, str(tmp_path / "room.txt")).title == "A room"


def test_a_game_without_arenas_has_the_default_one() -> None:
    game = Game(name="mine", title="Mine")
    assert [choice.path for choice in arenas_of(game)] == [DEFAULT_ARENA]
    assert find_arena(game).rows == load_arena(DEFAULT_ARENA).rows


def test_a_name_that_is_none_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ArenaError, match="there is no file nowhere, and the arenas of Tag are courtyard"):
        find_arena(GAMES["tag"], "nowhere")


def test_a_broken_arena_can_be_listed_and_says_what_is_wrong_when_it_is_chosen(tmp_path: Path) -> None:
    (tmp_path / "broken.txt").write_text("###\n#x#\n###\n")
    game = Game(name="mine", title="Mine", arenas=[tmp_path / "broken.txt"])
    assert arenas_of(game)[0].title == "Broken"
    with pytest.raises(ArenaError, match=r"broken\.txt: .*'x'"):
        find_arena(game, "broken")
