"""What bots report: all of their stays, and what is wrong in the end."""

import random

import pytest

import net.client.connector
from game.bots import Bot, _report
from game.tag import TAG
from net.client.connector import Connector, Phase
from net.io import walltime
from tests.game.live import frames_until, live_server, run


def test_a_report_counts_all_stays_and_no_error_that_was_overcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.01)

    async def test() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Bot 1", 1, walltime.now, draws=False)
            bot = Bot(session, random.Random(1))
            plays = []
            for joined in range(1, 4):
                await frames_until(session, lambda joined=joined: bot.stays == joined)  # type: ignore[misc]
                assert session.play is not None
                assert session.play.joined is not None
                plays.append(session.play)
                await frames_until(session, lambda: plays[-1].traffic.frames > 2)
                mirror = session.play.joined.mirror
                mirror.checks, mirror.mismatches = mirror.checks + 10, joined
                if joined < 3:
                    next(iter(simulation.admission.sessions)).pipe.close()
            report = _report([bot], 1.0)
            assert (report["connected"], report["reconnects"], report["errors"]) == (1, 2, [])
            assert report["mirror_mismatches"] == 1 + 2 + 3, "also those before it came back"
            checks = report["mirror_checks"]
            assert isinstance(checks, int)
            assert checks >= 30
            assert report["frames"] == sum(play.traffic.frames for play in plays) > 6
            assert report["lead_ticks"] == pytest.approx(plays[-1].joined.clock.lead, abs=0.1)  # type: ignore[union-attr]
            next(iter(simulation.admission.sessions)).end("you were sent away")
            await frames_until(session, lambda: session.phase is Phase.WAITING)
            report = _report([bot], 1.0)
            assert (report["connected"], report["errors"]) == (0, ["you were sent away"])
            session.leave()

    run(test())


def test_a_report_tells_late_intents_of_all_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(net.client.connector, "FIRST_WAIT", 0.01)

    async def test() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Bot 1", 1, walltime.now, draws=False)
            bot = Bot(session, random.Random(1))
            for joined in (1, 2):
                await frames_until(session, lambda joined=joined: bot.stays == joined)  # type: ignore[misc]
                await frames_until(session, lambda: _prediction(session) is not None)
                prediction = _prediction(session)
                assert prediction is not None
                prediction.acked, prediction.late_intents = 10 * joined, joined
                if joined == 1:
                    next(iter(simulation.admission.sessions)).pipe.close()
            report = _report([bot], 1.0)
            assert (report["intents"], report["late_intents"]) == (30, 3)
            session.leave()

    run(test())


def _prediction(session: Connector):  # type: ignore[no-untyped-def]
    play = session.play
    return play.joined.reconciliation.prediction if play is not None and play.joined is not None else None
