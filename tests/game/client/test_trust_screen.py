"""The page that shows a server's fingerprint, and the way through it into a game."""

import pygame
import pytest

from game.client.ui.failed_screen import FailedScreen
from game.client.ui.start_screen import StartScreen
from game.client.ui.trust_screen import TrustScreen
from net.client.known_servers import known_fingerprint, known_servers_file, remember
from net.io.certificates import server_tls
from tests.certificates import CA, EXPIRED, OTHER, SERVER
from tests.game.client.stage import differs, frames_until, look, looking, opened, press
from tests.game.client.test_app import at, plays, shows
from tests.game.live import live_server, run

pytestmark = pytest.mark.usefixtures("surface")

TLS = server_tls(*OTHER)


def test_the_fingerprint_is_shown_whole() -> None:
    first = look(TrustScreen(looking(), "localhost", "0" * 64, pygame.quit, pygame.quit))
    for place in (0, 31, 32, 63):
        digits = "0" * place + "8" + "0" * (63 - place)
        assert 5 < differs(first, look(TrustScreen(looking(), "localhost", digits, pygame.quit, pygame.quit))) < 500


def test_a_key_pressed_in_a_hurry_cancels_and_nothing_is_remembered() -> None:
    async def story() -> None:
        async with live_server(tls=TLS) as (simulation, address), opened(at(address)) as window:
            window.join(address, at(address))
            await shows(window, TrustScreen)
            press(pygame.K_RETURN)
            await shows(window, StartScreen)
            assert not known_servers_file().exists()
            assert not simulation.admission.sessions

    run(story())


def test_the_true_reason_is_on_the_page_and_a_proper_renewal_afterwards_is_no_attack(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(EXPIRED[0]))

    async def story() -> None:
        async with live_server(tls=server_tls(*EXPIRED)) as (_, address), opened(at(address)) as window:
            window.join(address, at(address))
            await shows(window, TrustScreen)
            assert isinstance(window.screen, TrustScreen)
            assert "The certificate of this server has expired, says this machine's clock." in window.screen.reason
            press(pygame.K_LEFT)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))
            window.to_start()
            await frames_until(window, lambda: not window._ending)
            monkeypatch.setenv("SSL_CERT_FILE", str(CA))
            async with live_server(tls=server_tls(*SERVER)) as (_, renewed):
                remember(renewed, known_fingerprint(address))  # the same server, as it were
                window.join(renewed, at(renewed))
                await frames_until(window, lambda: plays(window))
                assert window.game is not None
                assert any("this server has a new certificate" in line for line in window.game.chat.lines)

    run(story())


def test_who_has_compared_joins_and_is_not_asked_again() -> None:
    async def story() -> None:
        async with live_server(tls=TLS) as (_, address):
            async with opened(at(address)) as window:
                window.join(address, at(address))
                await shows(window, TrustScreen)
                press(pygame.K_LEFT)
                press(pygame.K_RETURN)
                await frames_until(window, lambda: plays(window))
                assert known_fingerprint(address) == TLS.fingerprint
            async with opened(at(address)) as window:
                window.join(address, at(address))
                await frames_until(window, lambda: plays(window))

    run(story())


def test_where_the_file_cannot_be_written_the_players_word_counts_while_the_window_is_open() -> None:
    async def story() -> None:
        async with live_server(tls=TLS) as (_, address), opened(at(address)) as window:
            known_servers_file().mkdir(parents=True)
            window.join(address, at(address))
            await shows(window, TrustScreen)
            press(pygame.K_LEFT)
            press(pygame.K_RETURN)
            await frames_until(window, lambda: plays(window))

    run(story())


def test_a_changed_fingerprint_is_explained_and_cannot_be_clicked_away() -> None:
    async def story() -> None:
        async with live_server(tls=TLS) as (_, address), opened(at(address)) as window:
            remember(address, "ab" * 32)
            window.join(address, at(address))
            await shows(window, FailedScreen)
            assert isinstance(window.screen, FailedScreen)
            assert "another certificate than the one that is known" in window.screen.reason
            press(pygame.K_RETURN)  # to try again changes nothing
            await frames_until(window, lambda: not isinstance(window.screen, FailedScreen))
            await shows(window, FailedScreen)

    run(story())
