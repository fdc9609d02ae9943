"""The card that tells a newcomer what the game is about, in the real window; emotes, votes and bubbles as well."""

import pygame
import pytest

from game.client.draw.emote_pictures import emote_picture
from game.client.draw.theme import Fonts
from game.client.ui.goal_card import SECONDS, GoalCard
from net.emotes import EMOTES
from net.server.simulation import ServerSettings
from tests.game.client.stage import differs, frames_until, opened, press
from tests.game.client.test_game_screen import ANN, joined
from tests.game.live import live_server, run
from tests.harness import HALL

pytestmark = pytest.mark.usefixtures("surface")


def test_a_card_stays_for_a_while_from_when_it_is_first_seen_or_until_it_was_read() -> None:
    target = pygame.Surface((1280, 720))
    for read in (False, True):
        card = GoalCard(Fonts(), "Tag", "Touch somebody.", [("W", "to walk"), ("Space", "to dash")])
        assert card.is_shown(5000.0)
        card.draw(target, 5000.0)
        assert card.is_shown(5000.0 + SECONDS - 0.1)
        if read:
            card.read(5001.0, 2.0)
        assert card.is_shown(5002.9)
        assert card.is_shown(5003.1) is not read
        assert not card.is_shown(5000.0 + SECONDS)


def test_a_newcomer_sees_the_goal_and_the_keys_as_they_are_bound_once_a_game() -> None:
    async def story() -> None:
        async with live_server() as (_, address), opened(ANN) as window:
            screen = await joined(window, address)
            for _ in range(3):
                window.frame()
            keys = dict(screen._keys())
            assert keys["W A S D"] == "to walk"
            assert keys["Space"] == "to dash"
            card = screen._card
            assert card is not None
            area = card.area(window.canvas.surface)
            with_it = window.canvas.surface.subsurface(area).copy()
            card.read(window._now(), 0.0)
            for _ in range(3):
                window.frame()
            assert differs(with_it, window.canvas.surface.subsurface(area)) > 5000
            screen.entered(screen._play)
            assert screen._card is card, "who comes back knows the game"

    run(story())


def test_four_keys_show_emotes_to_everybody_and_vote_while_the_podium_stands() -> None:
    async def story() -> None:
        settings = ServerSettings(HALL, round_seconds=0.5, podium_seconds=30.0, choices=("Other", "Third"))
        async with live_server(settings=settings) as (simulation, address), opened(ANN) as window:
            screen = await joined(window, address)
            net_id = screen._joined.net_id
            press(pygame.K_2)
            await frames_until(window, lambda: net_id in screen._bubbles._bubbles)
            with simulation.world:
                simulation.seats.join("Bob", 0)
            simulation.surprises.clear()
            await frames_until(window, lambda: screen.scene.is_over)
            screen._bubbles._bubbles.clear()
            press(pygame.K_2)
            await frames_until(window, lambda: screen.scene.rounds.votes == {net_id: 1})
            assert not screen._bubbles._bubbles, "it was a vote"
            press(pygame.K_4)  # for which there is no option: an emote
            await frames_until(window, lambda: net_id in screen._bubbles._bubbles)
            assert screen.scene.rounds.votes == {net_id: 1}

    run(story())


def test_each_emote_has_a_picture_of_its_own() -> None:
    pictures = [emote_picture(number) for number in range(len(EMOTES))]
    assert all(differs(a, b) > 50 for a in pictures for b in pictures if a is not b)
