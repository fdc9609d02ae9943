"""What a server may make our client hold: at, below and above each limit. Everything else a server says is fuzzed."""

import pytest

from ecs.world import World
from game.client.controls import Controls
from game.client.play import MAX_UNREAD, Ending, Play
from game.rules import build_registry
from net.codec import encode
from net.errors import RemoteProtocolError
from net.framing import frame
from net.messages import EntityRow, Frame, Section, Snapshot, Welcome
from net.replication import mirror as mirror_module
from net.replication.mirror import Mirror
from tests.fuzz.server_stage import HALL
from tests.harness import Clock

REGISTRY = build_registry()


class Pipe:
    name = "hostile"
    unsent = 0

    def write(self, data: bytes) -> bool:
        return True

    def close(self) -> None: ...


def welcomed() -> Play:
    play = Play("Ann", 1, Controls(), REGISTRY, Clock())
    play.attach(Pipe())
    play.received(frame(encode(Welcome(1, 0, 60, 2, 0, HALL.rows, "t"))))
    assert play.stay is not None
    return play


@pytest.mark.parametrize(("size", "ends"), [(MAX_UNREAD - 1, False), (MAX_UNREAD, False), (MAX_UNREAD + 1, True)])
def test_so_many_bytes_may_come_between_two_updates(size: int, ends: bool) -> None:
    play = welcomed()
    play.update()
    play.received(bytes([0, 15, 0, 0]))  # a message of nearly a megabyte begins, and never ends
    play._unread = size - 1
    play.received(b"x")
    assert (play.ending is Ending.LOST) is ends
    assert ("bytes at once" in play.reason) is ends
    play.world.close()


def test_an_update_makes_room_for_more() -> None:
    play = welcomed()
    for _ in range(3):
        play._unread = MAX_UNREAD - 100
        play.update()
    play.received(frame(encode(Snapshot(1, (), ((0, ()),)))))
    assert play.ending is None
    play.world.close()


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_so_many_entities_and_no_more_in_a_snapshot_and_by_frames(more: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror_module, "MAX_ENTITIES", 10)
    rows: tuple[EntityRow, ...] = tuple((net_id, ()) for net_id in range(1, 11 + more))
    for by_frames in (False, True):
        play = welcomed()
        assert play.stay is not None
        mirror: Mirror = play.stay.mirror
        world: World = play.world
        with world:
            mirror.show(Snapshot(1, (), ((0, rows[:5] if by_frames else rows[:10]),)))
            if more <= 0 and not by_frames:
                assert len(world) == 10 + more
            last = Section(0, spawned=list(rows[5:] if by_frames else rows[10:]))
            if more > 0:
                with pytest.raises(RemoteProtocolError, match="more than 10 entities"):
                    mirror.advance(Frame(2, (last,)))
            else:
                mirror.advance(Frame(2, (last,)))
                assert len(world) == 10 + more
        world.close()
    if more > 0:
        play = welcomed()
        assert play.stay is not None
        with play.world, pytest.raises(RemoteProtocolError, match="more than 10 entities"):
            play.stay.mirror.show(Snapshot(1, (), ((0, rows),)))
        play.world.close()


def test_a_player_of_ours_that_lacks_what_players_have_ends_the_stay_and_raises_nothing() -> None:
    play = welcomed()
    play.received(frame(encode(Snapshot(1, (), ((0, ((1, ((0, (600, 600)),)),)),)))))
    play.update()
    assert play.ending is Ending.LOST
    assert "has not all that a player has" in play.reason
    play.world.close()
