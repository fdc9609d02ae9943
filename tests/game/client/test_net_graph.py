"""The net graph tells what the network did, the ghosts where the server has everybody; and neither changes anything."""

import pygame
import pytest

from ecs.components import UNITS_PER_PIXEL
from ecs.movement.step import DIRECTIONS
from game.client.draw.ghosts import PREDICTED, SERVER, Ghosts
from game.client.draw.theme import Fonts
from game.client.ui.net_graph import NetGraph
from game.client.ui.net_history import COLUMNS, NOTES, NetHistory, timing
from net.client.corrections import Cause, Correction
from net.conditioner.conditions import Conditions
from tests.game.client.stage import differs
from tests.harness import HALL, Player, Stage, Walker

EAST = DIRECTIONS.index((1, 0))


def watched(stage: Stage, player: Player, history: NetHistory, ticks: int) -> None:
    """Let ticks pass, and look once in each."""
    for _ in range(ticks):
        stage.run(1)
        history.sample(player.play, stage.clock.time)


@pytest.fixture
def watching() -> tuple[Stage, Player, NetHistory]:
    stage = Stage()
    ann, bob = stage.join("Ann", Conditions(latency=0.05)), stage.join("Bob")
    stage.settle()
    stage.place(ann.net_id, 3000, 3000)
    stage.place(bob.net_id, 9000, 5000)
    stage.run(120)
    history = NetHistory()
    watched(stage, ann, history, 61)
    return stage, ann, history


def test_all_that_came_and_went_is_counted(watching: tuple[Stage, Player, NetHistory]) -> None:
    stage, ann, history = watching
    walker, before = Walker(stage.players[1], 3), ann.play.traffic
    frames, bytes_in, bytes_out = before.frames, before.bytes_in, before.bytes_out
    closed = history.closed
    for _ in range(60):
        walker(stage.simulation.tick)
        watched(stage, ann, history, 1)
    watched(stage, ann, history, 1)  # closes the last column
    columns = list(history.columns)[closed - history.closed :]
    assert 60 <= len(columns) <= 62
    after = ann.play.traffic
    assert abs(sum(column.received for column in columns) - (after.frames - frames)) <= 1
    assert abs(history.last_second.bytes_in - (after.bytes_in - bytes_in)) <= 60
    assert abs(history.last_second.bytes_out - (after.bytes_out - bytes_out)) <= 20
    assert history.last_second.received > 4
    assert history.last_second.bytes_out > 0


def test_times_are_those_of_the_network(watching: tuple[Stage, Player, NetHistory]) -> None:
    stage, ann, _ = watching
    known = timing(ann.play, stage.clock.time)
    assert known is not None
    assert 0.099 < known.round_trip < 0.14
    assert known.jitter < 0.01
    assert 0.05 < known.lead < 0.15
    assert known.margin > 0.0
    assert known.behind == pytest.approx(known.delay, abs=0.02)


def test_a_correction_becomes_a_note_in_words_and_the_same_one_again_is_counted(
    watching: tuple[Stage, Player, NetHistory],
) -> None:
    stage, ann, history = watching
    bob = stage.players[1]
    reconciliation = ann.joined.reconciliation
    for number in range(2):
        reconciliation.recent.append(Correction(number, 16 * 5 * (number + 1), 0, Cause.PUSHED, by=bob.net_id))
        reconciliation.causes[Cause.PUSHED] += 1
        watched(stage, ann, history, 5)
    reconciliation.recent.append(Correction(9, 16, 0, Cause.LATE, ticks=3))
    reconciliation.causes[Cause.LATE] += 1
    watched(stage, ann, history, 2)
    notes = [(note.why, note.pixels, note.times) for note in history.notes]
    assert notes == [("pushed by Bob", 10.0, 2), ("late by 3 ticks", 1.0, 1)]
    drawn = [correction for column in history.columns for correction in column.corrections]
    assert drawn == [(Cause.PUSHED, 5.0), (Cause.PUSHED, 10.0), (Cause.LATE, 1.0)]


def test_without_a_word_from_the_server_nothing_is_claimed_and_history_is_bounded(
    watching: tuple[Stage, Player, NetHistory],
) -> None:
    stage, ann, history = watching
    ann.near.reading = False
    watched(stage, ann, history, 60)
    assert history.columns[-1].round_trip is None
    assert history.last_second.starved > 0
    for number in range(NOTES + 3):
        ann.joined.reconciliation.recent.append(Correction(number, 16, 0, Cause.LATE, ticks=number + 1))
        ann.joined.reconciliation.causes[Cause.LATE] += 1
    history.sample(ann.play, stage.clock.time + 1000.0)
    assert len(history.columns) == COLUMNS
    assert len(history.notes) == NOTES


def test_the_graph_scrolls_and_shows_a_correction_and_stays_where_it_belongs(
    surface: pygame.Surface, watching: tuple[Stage, Player, NetHistory]
) -> None:
    stage, ann, _ = watching
    graph = NetGraph(Fonts())
    area = NetGraph.area(surface)
    pictures: list[pygame.Surface] = []
    for number in range(40):
        stage.run(1)
        if number == 20:
            pictures.append(surface.copy())
            ann.joined.reconciliation.recent.append(Correction(1, 160, 0, Cause.LATE, ticks=3))
            ann.joined.reconciliation.causes[Cause.LATE] += 1
        surface.fill((0, 0, 0))
        graph.draw(surface, ann.play, stage.clock.time)
    pictures.append(surface.copy())
    assert differs(*pictures) > 200
    assert graph.history.notes[-1].why == "late by 3 ticks"
    for picture in pictures:
        picture.fill((0, 0, 0), area)
        assert differs(picture, pygame.Surface(picture.get_size())) == 0, "nothing outside of its area"
    assert surface.get_rect().contains(area)


def test_who_looks_changes_nothing() -> None:
    def told(looks: bool) -> bytes:
        stage = Stage()
        ann, bob = stage.join("Ann", Conditions(latency=0.03, jitter=0.01), seed=1), stage.join("Bob")
        walkers, history = [Walker(ann, 1), Walker(bob, 2)], NetHistory()
        stage.settle()
        for _ in range(200):
            for walker in walkers:
                walker(stage.simulation.tick)
            stage.run(1)
            if looks:
                history.sample(ann.play, stage.clock.time)
        assert history.closed > 190 or not looks
        return bytes(ann.tap.data)

    assert told(True) == told(False)


def test_ghosts_are_outlines_of_the_servers_word_and_of_the_prediction(surface: pygame.Surface) -> None:
    stage = Stage(HALL)
    ann = stage.join("Ann", Conditions(latency=0.1))
    stage.settle(240)
    stage.place(ann.net_id, 100 * UNITS_PER_PIXEL, 200 * UNITS_PER_PIXEL)
    stage.run(60)
    ann.controls.steer(EAST)
    stage.run(40)
    prediction = ann.joined.reconciliation.prediction
    assert prediction is not None
    held = dict(ann.held())[ann.net_id]
    (x, y), body = dict(held)[0], prediction.body
    assert body.x - int(x) > 20 * UNITS_PER_PIXEL, "we are ahead of what we have heard"
    surface.fill((0, 0, 0))
    with ann.play.world:
        Ghosts(Fonts()).draw(surface, (0, 0), prediction)
    row = int(y) // UNITS_PER_PIXEL
    assert surface.get_at((round(int(x) / UNITS_PER_PIXEL) + 2, row))[:3] == SERVER
    assert surface.get_at((round(body.x / UNITS_PER_PIXEL) + 20, round(body.y / UNITS_PER_PIXEL)))[:3] == PREDICTED
