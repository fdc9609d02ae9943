"""A client that meets a server of another game: it follows where it knows that one, and says so where it does not."""

from game.games import GAMES
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.game import Game
from net.io import walltime
from net.server.simulation import ServerSettings
from tests.game.live import frames_until, live_server, run
from tests.harness import HALL


def test_a_client_follows_a_server_that_plays_another_game_that_it_knows() -> None:
    async def story() -> None:
        async with live_server(game=GAMES["football"]) as (_, address):
            session = Connector(TAG, address, "Ann", 1, walltime.now, games=GAMES)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            assert session.game is GAMES["football"]
            assert session.play is not None
            assert session.play.game is GAMES["football"]
            session.leave()

    run(story())


def test_where_it_does_not_know_the_game_it_names_both() -> None:
    async def story() -> None:
        async with live_server(settings=ServerSettings(HALL), game=Game(name="mine", title="Mine")) as (_, address):
            session = Connector(TAG, address, "Ann", 1, walltime.now, games=GAMES)
            await frames_until(session, lambda: session.phase is Phase.FAILED)
            assert session.message == "the server plays by other rules: it plays mine, and this is tag"

    run(story())
