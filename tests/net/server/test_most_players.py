"""A server that is full says nothing that its clients would refuse."""

from game.tag import TAG
from net.replication.mirror import most_entities
from net.server.simulation import MOST_PLAYERS, OTHER_ENTITIES, most_players
from net.wire.codec import FROM_SERVER_LIMIT, MAX_TICK, decode_from_server, encode
from net.wire.messages import ComponentRow, EntityRow, Snapshot
from net.wire.texts import NAME_LIMIT


def test_as_many_players_as_a_server_may_seat_fit_into_a_snapshot_whatever_they_are_called() -> None:
    tick = MAX_TICK
    rows: list[EntityRow] = []
    for net_id in range(100_000, 100_000 + MOST_PLAYERS):
        values: list[tuple[int | str, ...]] = [
            (512_000, 512_000),
            (-300, -300),
            (448, 448),
            (24, tick, 1 << 20),
            (300,),
            ("\U0001f600" * NAME_LIMIT,),
        ]
        components: list[ComponentRow] = list(enumerate(values))
        rows.append((net_id, (*components, (6, (0xFFFFFF,)), (7, (tick,)), (10, (tick, tick)))))
    payload = encode(Snapshot(tick, (), ((0, tuple(rows)),)))
    assert FROM_SERVER_LIMIT / 2 < len(payload) < FROM_SERVER_LIMIT - OTHER_ENTITIES * 180
    told = decode_from_server(payload)
    assert isinstance(told, Snapshot)
    kinds = list(TAG.registry())
    for index, value in told.cells[0][1][0][1]:
        kinds[index].build(value)
    assert all(most_players(rate) + OTHER_ENTITIES <= most_entities(rate) for rate in range(1, 241))
