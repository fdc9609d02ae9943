"""Client ids are unique over the server's whole life."""

import random

from ecs.surprises import Surprises
from ecs.world import World
from game.tag import TAG
from net.server.seats import FullError, Seats
from tests.harness import HALL, Stage


def test_ten_thousand_joins_and_leaves_never_reuse_a_net_id() -> None:
    world, rng = World(), random.Random(1)
    seats = Seats(world, Surprises(world), TAG, HALL, 16, rng)
    given: list[int] = []
    inside: list[int] = []
    refused = 0
    with world:
        while len(given) < 10_000:
            if inside and rng.random() < 0.5:
                seats.leave(inside.pop(rng.randrange(len(inside))))
            else:
                try:
                    inside.append(seats.join("Ann", 0))
                    given.append(inside[-1])
                    if len(given) % 8 == 0:
                        world.bodies.find()  # as each tick does
                except FullError:
                    refused += 1
        assert len(set(given)) == 10_000
        assert world.net_ids() == sorted(inside)
    assert len(seats) == len(inside)
    world.close()


def test_two_who_join_in_the_same_instant_are_both_seated_apart() -> None:
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Ann")
    stage.settle()
    assert ann.net_id != bob.net_id
    assert stage.at(ann.net_id) != stage.at(bob.net_id)
    assert {stage.simulation.seats.name(player.net_id) for player in (ann, bob)} == {"Ann", "Ann 2"}
    assert ann.held() == bob.held()


def test_a_full_server_says_so_and_seats_the_next_when_somebody_leaves() -> None:
    stage = Stage(max_players=2)
    ann = stage.join("Ann")
    stage.join("Bob")
    stage.settle()
    cid = stage.join("Cid")
    stage.run(5)
    assert cid.play.reason == "the server is full: 2 of 2 players are there"
    stage.players.remove(cid)
    ann.play.leave()
    stage.run(5)
    stage.players.remove(ann)
    dan = stage.join("Dan")
    stage.settle()
    assert dan.net_id == 3
