"""Name and colour that are changed during a game: what the server grants, what it tells whom, and how often."""

import logging
import math

import esper
import pytest

from game.client.draw import theme
from game.tag import TAG
from net import colors
from net.client.client_session import PROFILE_PAUSE, PROFILE_SECONDS
from net.colors import APART, CONTRAST, CROWD, FLOOR, PALETTE, choose, contrast, visible
from net.components import Color, Name
from net.conditioner.link import Conditions
from net.server.limits.rate_limits import FLOOD
from net.server.session import PROFILE_BURST, PROFILES_PER_SECOND, Session
from net.wire.messages import ANY_COLOR, VERSION, Frame, Goodbye, Hello, Profile, Said, Snapshot, Welcome
from tests.harness import Stage, Stranger

ORANGE, SKY, WHITE = PALETTE["orange"], PALETTE["sky"], PALETTE["white"]


class Guest(Stranger):
    """A client that says what a test wants."""

    def __init__(self, stage: Stage, name: str, color: int = ORANGE) -> None:
        super().__init__(stage)
        self.stage = stage
        self.say(Hello(VERSION, TAG.registry().schema_hash, name, color))
        stage.run(2)

    @property
    def net_id(self) -> int:
        assert isinstance(self.told[0], Welcome)
        return self.told[0].net_id

    def wants(self, name: str, color: int = ORANGE) -> list[str]:
        """Say so, and read what the server says to it alone."""
        so_far = len(self.told)
        self.say(Profile(name, color))
        self.stage.run(4)
        return [message.text for message in self.told[so_far:] if isinstance(message, Said) and message.net_id == 0]


def looks(stage: Stage, net_id: int) -> tuple[str, int]:
    """As the server's world has it."""
    with stage.simulation.world as world:
        entity = world.entity(net_id)
        assert entity is not None
        name, color = esper.component_for_entity(entity, Name), esper.component_for_entity(entity, Color)
        return name.text, color.rgb


def distance(one: int, other: int) -> float:
    return math.dist(colors._oklab(one), colors._oklab(other))


def test_a_new_name_and_colour_reach_everybody_and_each_mirror_is_exact(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    stage = Stage()
    ann, bob = stage.join("Ann"), stage.join("Bob", Conditions(latency=0.1))
    eve = stage.watch("Eve")
    stage.settle()
    ann.play.profile("Anna", SKY)
    stage.run(round(60 * PROFILE_PAUSE) + 30)
    assert looks(stage, ann.net_id) == ("Anna", SKY)
    index = {kind: stage.registry.kind(kind).index for kind in (Name, Color)}
    for player in (ann, bob, eve):
        rows = dict(dict(player.held())[ann.net_id])
        assert (rows[index[Name]], rows[index[Color]]) == (("Anna",), (SKY,))
        assert player.compared > 50
        assert player.joined.mirror.mismatches == 0
    assert ann.session.called == "Anna"
    assert f"rename: 'Ann' ({ann.net_id}) is 'Anna' ({ann.net_id}) from link now" in caplog.text
    caplog.clear()
    ann.play.profile("Anna", SKY)
    stage.run(150)
    assert "rename" not in caplog.text, "it is what was wanted already"


def test_our_client_says_the_last_of_many_changes_once_and_never_more_than_a_server_takes() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    heard: list[str] = []
    judge = stage.simulation.admission.profile

    def listen(session: Session, profile: Profile) -> None:
        heard.append(profile.name)
        judge(session, profile)

    stage.simulation.admission.profile = listen  # type: ignore[method-assign]
    for length in range(1, 9):
        ann.play.profile("Annabell"[:length], ORANGE)
        stage.run(12)
    stage.run(round(60 * PROFILE_PAUSE) + 3)
    assert heard == ["Annabell"]
    for n in range(10):
        ann.play.profile(f"Ann {n}", ORANGE)
        stage.run(round(60 * PROFILE_PAUSE) + 2)
    assert 2 <= len(heard) - 1 <= 11 * (PROFILE_PAUSE + 0.04) / PROFILE_SECONDS + 1
    stage.run(round(60 * PROFILE_SECONDS))
    assert heard[-1] == looks(stage, ann.net_id)[0] == "Ann 9", "the last one counts"
    assert PROFILES_PER_SECOND * PROFILE_SECONDS >= 1


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "needs at least one"), ("x" * 17, "at most 16"), ("\u202eevE", "can be seen"), ("A\u3164", "can be seen")],
)
def test_a_name_that_is_none_is_refused_to_its_speaker_alone(name: str, why: str) -> None:
    stage = Stage()
    ann, bob = Guest(stage, "Ann"), Guest(stage, "Bob", SKY)
    so_far = len(bob.told)
    (notice,) = ann.wants(name)
    assert notice.startswith("your name stays as it is: a name ")
    assert why in notice
    assert looks(stage, ann.net_id)[0] == "Ann"
    assert not any(isinstance(message, Said) for message in bob.told[so_far:])


def test_a_name_that_somebody_has_gets_a_number_whoever_it_is() -> None:
    stage = Stage()
    ann, bob = Guest(stage, "Ann"), Guest(stage, "Bob", SKY)
    stage.watch("Eve")
    stage.run(4)
    assert bob.wants("ANN", SKY) == ["somebody is called ANN already: you are ANN 2"]
    assert bob.wants("Eve", SKY) == ["somebody is called Eve already: you are Eve 2"]
    assert ann.wants("Bob") == [], "that is free again"
    assert (looks(stage, ann.net_id)[0], looks(stage, bob.net_id)[0]) == ("Bob", "Eve 2")


def test_ones_own_name_in_another_spelling_is_free() -> None:
    stage = Stage()
    ann = Guest(stage, "Ann")
    assert ann.wants("ANN") == []
    assert looks(stage, ann.net_id)[0] == "ANN"


def test_who_has_a_number_and_changes_the_colour_keeps_the_name() -> None:
    stage = Stage()
    first, second = Guest(stage, "Ann"), Guest(stage, "Ann", SKY)
    first.say(Goodbye("left"))
    stage.run(3)
    assert second.wants("Ann", WHITE) == []
    assert looks(stage, second.net_id) == ("Ann 2", WHITE)


def test_a_name_that_is_given_up_is_free_and_the_new_one_too_when_its_player_leaves() -> None:
    stage = Stage()
    ann = Guest(stage, "Ann")
    ann.wants("Anna")
    assert looks(stage, Guest(stage, "Ann", SKY).net_id)[0] == "Ann"
    ann.say(Goodbye("left"))
    stage.run(3)
    assert looks(stage, Guest(stage, "Anna", WHITE).net_id)[0] == "Anna"


def test_too_many_changes_are_dropped_and_a_flood_of_them_ends_that_session_alone() -> None:
    stage = Stage()
    ann, mallory = stage.join("Ann"), Guest(stage, "Mallory", SKY)
    told = [notice for n in range(PROFILE_BURST + 3) for notice in mallory.wants(f"M{n}", SKY)]
    assert told == ["you change too fast: that was dropped, wait a moment"]
    assert looks(stage, mallory.net_id)[0] == f"M{PROFILE_BURST - 1}"
    stage.run(60 * 3)
    assert mallory.wants("Again", SKY) == []
    assert looks(stage, mallory.net_id)[0] == "Again"
    for n in range(FLOOD + 1):
        mallory.say(Profile(f"M{n}", SKY))
    stage.run(4)
    assert isinstance(mallory.told[-1], Goodbye)
    assert "a flood of changes of name and colour" in mallory.told[-1].reason
    assert ann.play.ending is None
    assert ann.joined.mirror.mismatches == 0


def test_who_chose_otherwise_while_the_connection_was_lost_gets_it_on_coming_back() -> None:
    stage = Stage()
    ann = stage.join("Ann")
    stage.settle()
    ann.far.lose("the connection was reset")
    ann.near.lose("the connection was reset")
    stage.run(10)
    ann._name = "Anna"
    ann.come_back()
    stage.run(60)
    assert ann.session.called == "Anna"
    assert ann.compared > 20


def frames(guest: Guest) -> int:
    return sum(len(message.changed) for message in guest.told if isinstance(message, Frame))


def test_a_change_costs_others_a_row_and_no_change_nothing() -> None:
    stage = Stage()
    ann, bob = Guest(stage, "Ann"), Guest(stage, "Bob", SKY)
    before = frames(bob)
    ann.wants("Anna", ORANGE)
    assert frames(bob) - before == 1
    ann.wants("Anna", ORANGE)
    assert frames(bob) - before == 1
    assert isinstance(bob.told[1], Snapshot)


def test_the_floor_is_the_one_that_is_drawn_and_the_palette_stands_out_from_it() -> None:
    assert tuple(red << 16 | green << 8 | blue for red, green, blue in theme.FLOOR) == FLOOR
    assert [visible(rgb) for rgb in PALETTE.values()] == list(PALETTE.values())
    assert all(distance(one, other) >= APART for one in PALETTE.values() for other in PALETTE.values() if one != other)


@pytest.mark.parametrize("rgb", [0x123456, 0, 0x202737, 0xFF, 0x400000, 0x123400, 0xFFFFFF, 0xF5A623])
def test_no_colour_goes_under_on_the_floor(rgb: int) -> None:
    stage = Stage()
    guest = Guest(stage, "Ann", rgb)
    had = looks(stage, guest.net_id)[1]
    assert contrast(had) >= CONTRAST
    assert (had == rgb) is (contrast(rgb) >= CONTRAST)
    assert contrast(had) < CONTRAST + 0.15 or had == rgb, "no lighter than it has to be"
    guest.wants("Ann", WHITE)
    told = guest.wants("Ann", rgb)
    assert looks(stage, guest.net_id)[1] == had
    assert bool(told) is (had != rgb)


@pytest.mark.parametrize("wanted", [ANY_COLOR, ORANGE, 0x123456])
def test_players_who_want_the_same_are_told_apart_until_they_are_a_crowd(wanted: int) -> None:
    taken: list[int] = []
    for _ in range(CROWD):
        taken.append(choose(wanted, taken))
        assert contrast(taken[-1]) >= CONTRAST
    assert min(distance(one, other) for n, one in enumerate(taken) for other in taken[:n]) >= APART
    if wanted == ANY_COLOR:
        assert set(taken[: len(PALETTE)]) == set(PALETTE.values())
    else:
        assert taken[0] == visible(wanted)
        assert distance(taken[1], taken[0]) < 2.5 * APART, "the next is like what was wanted"
    crowd = taken * 80
    assert contrast(choose(wanted, crowd)) >= CONTRAST
    assert choose(0xABCDEF, crowd) == 0xABCDEF


def test_a_colour_that_is_free_again_can_be_had_and_ones_own_is_no_hindrance() -> None:
    stage = Stage()
    ann, bob = Guest(stage, "Ann", ORANGE), Guest(stage, "Bob", ORANGE)
    assert looks(stage, ann.net_id)[1] == ORANGE != looks(stage, bob.net_id)[1]
    like_ones_own = ORANGE + 0x000505
    assert ann.wants("Ann", like_ones_own) == []
    assert looks(stage, ann.net_id)[1] == like_ones_own
    assert len(bob.wants("Bob", like_ones_own + 1)) == 1
    ann.say(Goodbye("left"))
    stage.run(3)
    assert bob.wants("Bob", ORANGE) == []
    assert looks(stage, bob.net_id)[1] == ORANGE


def test_those_who_never_chose_are_spread_and_whoever_did_has_what_was_chosen() -> None:
    stage = Stage()
    guests = [Guest(stage, f"P{n}", ANY_COLOR) for n in range(5)]
    chosen = Guest(stage, "Ann", 0xF03030)
    had = [looks(stage, guest.net_id)[1] for guest in guests]
    assert len(set(had)) == 5
    assert set(had) <= set(PALETTE.values())
    assert looks(stage, chosen.net_id)[1] == 0xF03030


def test_the_same_players_get_the_same_colours_each_time() -> None:
    def story() -> list[int]:
        stage = Stage(seed=5)
        return [looks(stage, Guest(stage, f"P{n}", color).net_id)[1] for n, color in enumerate([ANY_COLOR, 0, 0, 0xF0])]

    assert story() == story()
