"""Messages to payloads and back: msgpack arrays that begin with a tag, checked completely before anybody sees them.

Random bytes often decode as *something*, so each field is tested for its exact type and range (True is an int to
Python, not to us). Raises RemoteProtocolError, and only that, for whatever a peer may send.
"""

import reprlib
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import msgpack

from net.inputs import MOST_ACTIONS
from net.wire.errors import NotOurProtocolError, RemoteProtocolError
from net.wire.messages import (
    MAGIC,
    VERSION,
    Benched,
    BodyRow,
    CellRow,
    Challenge,
    ChangeRow,
    EntityRow,
    EventRow,
    Frame,
    FromClient,
    FromServer,
    Goodbye,
    Hello,
    Identity,
    IntentRow,
    Look,
    Message,
    Moved,
    Ping,
    Pong,
    Private,
    Profile,
    Proof,
    Query,
    Refusal,
    Refused,
    Report,
    Request,
    Resync,
    Said,
    Say,
    Scalar,
    Section,
    Snapshot,
    Steer,
    Welcome,
)
from net.wire.tile_map import MAX_SIDE, packed_rows, rows_of

FROM_CLIENT_LIMIT: Final = 512  # bytes of payload; a Hello with the longest name takes about 130
FROM_SERVER_LIMIT: Final = 1 << 20  # a snapshot of 10,000 entities of 50 bytes, twice over
FROM_CLIENT_FIELDS: Final = 16  # twice what any message of a client has, so that a later version's Hello is read
TEXT_LIMIT: Final = 256  # characters of a reason, a name, a schema's line
ROWS_LIMIT: Final = 1 << 16  # rows in one list
INTENT_CODES: Final = 32  # directions 0..31 on the wire; how many are in use is the game's affair
MAX_INT: Final = (1 << 53) - 1  # NetIDs, counts, fields of components: what a double holds, so that JavaScript can
MAX_TICK: Final = 1 << 42  # 139 years at 1000 a second
MAX_MILLITICK: Final = 1000 * MAX_TICK  # less than MAX_INT
MAX_COORDINATE: Final = (1 << 31) - 1  # either sign: two of them are multiplied in 64 bits
MAX_CELL_TILES: Final = MAX_SIDE  # tiles of a cell's side
MAX_REPORTED: Final = 1000  # corrections in one report: one in each tick, and then some
MAX_CELL: Final = MAX_SIDE**2  # in cells of one tile
NONCE_DIGITS: Final = 32  # 128 random bits
SERVER_ID_DIGITS: Final = 16  # 64 random bits
PROOF_DIGITS: Final = 64  # of a SHA-256
TOKEN_LIMIT: Final = 32  # characters of a token, in ASCII: a Hello has to carry it back

_BRIEF: Final = reprlib.Repr()  # looks a few levels deep: a peer may nest a thousand, more than Python can recurse into
_BRIEF.maxstring = _BRIEF.maxother = _BRIEF.maxlong = 60

_HEX: Final = frozenset("0123456789abcdef")
_PACKER: Final = msgpack.Packer()  # a new one takes a buffer of 256 kB each time, and thrice as long as to pack


def encode(message: Message) -> bytes:
    """The payload of a message. Raises TypeError for what is no message."""
    match message:
        case Hello(version, schema_hash, name, color, token, watch):
            fields: list[Any] = [0, MAGIC, version, schema_hash, name, color, token, watch]
        case Steer(tick, direction, action):
            fields = [1, tick, direction, action] if action else [1, tick, direction]
        case Ping(time):
            fields = [2, time]
        case Resync(tick):
            fields = [3, tick]
        case Goodbye(reason):
            fields = [4, reason]
        case Welcome(net_id, tick, tick_rate, frame_ticks, cell_tiles, arena, token, free_seats, server_id):
            always = tick_rate, frame_ticks, cell_tiles
            seat = token, free_seats, server_id
            return _packed(5, MAGIC, VERSION, net_id, tick, *always, *seat) + packed_rows(arena)
        case Refused(refusal, version, reason, schema):
            fields = [6, MAGIC, version, int(refusal), reason, schema]
        case Snapshot(tick, drop, cells):
            fields = [7, tick, drop, cells]
        case Frame(tick, sections):
            return join_sections(begin_frame(tick), [encode_section(tick, section) for section in sections])
        case Pong(time, received, sent):
            return encode_pong(time, received, sent)
        case Say(text):
            fields = [10, text]
        case Said(net_id, text):
            fields = [11, net_id, text]
        case Look(x, y):
            fields = [12, x, y]
        case Report(corrections, unexplained):
            fields = [15, corrections, unexplained]
        case Query(version):
            fields = [18, MAGIC, version]
        case Identity(version, server_id):
            fields = [19, MAGIC, version, server_id]
        case Challenge(salt, nonce):
            fields = [13, salt, nonce]
        case Proof(nonce, proof):
            fields = [14, nonce, proof]
        case Profile(name, color):
            fields = [16, name, color]
        case Benched(reason):
            fields = [17, reason]
        case Moved(game, reason):
            fields = [22, game, reason]
        case Request(index, values):
            fields = [20, index, values]
        case Private(tick, index, values):
            fields = [21, tick, index, values]
        case _:
            raise TypeError(f"{message!r} is no message")
    return cast(bytes, _PACKER.pack(fields))


def encode_pong(time: int, received: int, sent: int) -> bytes:
    """The payload of a Pong."""
    return cast(bytes, _PACKER.pack((9, time, received, sent)))


def encode_section(tick: int, section: Section) -> bytes:
    """A section of the frame of `tick`, to be joined with others: encoded once, whoever sees that cell."""
    # An intent costs its NetID and mostly one byte: how far back it began, and which it is, share an integer.
    intents: list[int] = []
    for at, net_id, direction, deed in section.intents:
        code = (tick - at) * INTENT_CODES + direction
        intents += (net_id, -1 - code, deed) if deed else (net_id, code)
    bodies = [part for row in section.bodies for part in row]
    fields: tuple[Any, ...]
    fields = section.cell, intents, bodies, section.gone, section.spawned, section.changed, section.checksum
    if section.events:  # which most games seldom have, and some never
        events = [part for index, at, values in section.events for part in (index, tick - at, values)]
        fields = (*fields, events)
    return cast(bytes, _PACKER.pack(fields))


def begin_frame(tick: int) -> bytes:
    """What all frames of a tick begin with."""
    return _packed(8, tick)


def join_sections(begin: bytes, sections: Sequence[bytes]) -> bytes:
    """The payload of a frame, of its beginning and sections that are encoded already."""
    return b"".join((begin, _PACKER.pack_array_header(len(sections)), *sections))


def join_cells(tick: int, drop: Sequence[int], cells: Sequence[tuple[int, bytes]]) -> bytes:
    """The payload of a snapshot, of cells whose rows are packed already, each as one msgpack array."""
    parts = [_packed(7, tick, drop), _PACKER.pack_array_header(len(cells))]
    for cell, rows in cells:
        parts += _packed(cell), rows
    return b"".join(parts)


def _packed(*fields: Any) -> bytes:
    """The beginning of a list that has one more field."""
    return b"".join((_PACKER.pack_array_header(len(fields) + 1), *map(_PACKER.pack, fields)))


def decode_from_client(payload: bytes) -> FromClient:
    """What a client said. Raises RemoteProtocolError."""
    tag, *fields = _unpack(payload, FROM_CLIENT_FIELDS)
    match tag, fields:
        case 0, [magic, version, *rest] if magic == MAGIC:
            _integer(version, 0, MAX_INT)
            if version != VERSION:  # another version's Hello may look otherwise behind this point
                return Hello(version, "", "", 0)
            schema_hash, name, color, token, watch = _exactly(5, rest)
            return Hello(
                version,
                _text(schema_hash),
                _text(name),
                _color(color),
                _text(token),
                _flag(watch),
            )
        case 1, [tick, direction]:
            return Steer(_integer(tick, 0, MAX_TICK), _integer(direction, 0, INTENT_CODES - 1))
        case 1, [tick, direction, action]:
            where = _integer(tick, 0, MAX_TICK), _integer(direction, 0, INTENT_CODES - 1)
            return Steer(*where, _integer(action, 1, MOST_ACTIONS - 1))
        case 2, [time]:
            return Ping(_integer(time, 0, MAX_MILLITICK))
        case 3, [tick]:
            return Resync(_integer(tick, 0, MAX_TICK))
        case 4, [reason]:
            return Goodbye(_text(reason))
        case 10, [text]:
            return Say(_text(text))
        case 12, [x, y]:
            return Look(_coordinate(x), _coordinate(y))
        case 15, [corrections, unexplained]:
            return Report(_integer(corrections, 0, MAX_REPORTED), _integer(unexplained, 0, MAX_REPORTED))
        case 18, [magic, version] if magic == MAGIC:
            return Query(_integer(version, 0, MAX_INT))
        case 20, [index, values]:
            return Request(_index(index), _values(values))
        case 16, [name, color]:
            return Profile(_text(name), _color(color))
        case 14, [nonce, proof]:
            return Proof(_hex(nonce, NONCE_DIGITS), _hex(proof, PROOF_DIGITS))
    raise NotOurProtocolError(f"no message of a client: tag {_short(tag)} with {len(fields)} fields")


def decode_from_server(payload: bytes) -> FromServer:
    """What a server said. Raises RemoteProtocolError."""
    tag, *fields = _unpack(payload, ROWS_LIMIT)
    match tag, fields:
        case 4, [reason]:
            return Goodbye(_text(reason))
        case 5, [magic, version, *rest] if magic == MAGIC:
            if _integer(version, 0, MAX_INT) != VERSION:
                raise RemoteProtocolError(f"a welcome of version {_short(version)}, where {VERSION} was asked for")
            net_id, tick, tick_rate, frame_ticks, cell_tiles, token, free_seats, server_id, arena = _exactly(9, rest)
            return Welcome(
                _index(net_id),
                _integer(tick, 0, MAX_TICK),
                _integer(tick_rate, 1, 1000),
                _integer(frame_ticks, 1, 1000),
                _integer(cell_tiles, 0, MAX_CELL_TILES),
                rows_of(arena),
                _token(token),
                _index(free_seats),
                _hex(server_id, SERVER_ID_DIGITS),
            )
        case 6, [magic, version, refusal, reason, schema] if magic == MAGIC:
            code = Refusal(_integer(refusal, min(Refusal), max(Refusal)))
            lines = tuple(_text(line) for line in _rows(schema))
            return Refused(code, _integer(version, 0, MAX_INT), _text(reason), lines)
        case 7, [tick, drop, cells]:
            _integer(tick, 0, MAX_TICK)
            return Snapshot(tick, tuple(map(_cell, _rows(drop))), tuple(map(_cell_row, _cells(cells))))
        case 8, [tick, sections]:
            _integer(tick, 0, MAX_TICK)
            return Frame(tick, tuple(_section(tick, row) for row in _rows(sections)))
        case 9, [time, received, sent]:
            return Pong(*(_integer(value, 0, MAX_MILLITICK) for value in (time, received, sent)))
        case 11, [net_id, text]:
            return Said(_index(net_id), _text(text))
        case 19, [magic, version, server_id] if magic == MAGIC:
            return Identity(_integer(version, 0, MAX_INT), _hex(server_id, SERVER_ID_DIGITS))
        case 21, [tick, index, values]:
            return Private(_integer(tick, 0, MAX_TICK), _index(index), _values(values))
        case 17, [reason]:
            return Benched(_text(reason))
        case 22, [game, reason]:
            return Moved(_text(game), _text(reason))
        case 13, [salt, nonce]:
            return Challenge(_hex(salt, NONCE_DIGITS), _hex(nonce, NONCE_DIGITS))
    raise NotOurProtocolError(f"no message of a server: tag {_short(tag)} with {len(fields)} fields")


def _unpack(payload: bytes, longest: int) -> tuple[Any, ...]:
    # Every limit is set: 5 kB of nested headers could otherwise ask for 70 MB. The one for arrays counts at each level
    # of nesting anew, so a client's, which has no lists, is small.
    try:
        fields = msgpack.unpackb(
            payload,
            use_list=False,
            max_str_len=4 * TEXT_LIMIT,
            max_bin_len=0,
            max_array_len=longest,
            max_map_len=0,
            max_ext_len=0,
        )
    except (ValueError, OverflowError, msgpack.UnpackException) as error:
        raise NotOurProtocolError(f"not msgpack as agreed: {type(error).__name__} {str(error)[:80]}") from None
    if type(fields) is not tuple or not fields or type(fields[0]) is not int:
        raise NotOurProtocolError(f"not a message: {_short(fields)}")
    return fields


def _exactly(count: int, fields: list[Any]) -> list[Any]:
    if len(fields) != count:
        raise RemoteProtocolError(f"{len(fields)} fields where {count} belong")
    return fields


def _integer(value: Any, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise RemoteProtocolError(f"{_short(value)} where an integer from {low} to {high} belongs")
    return value


def _net_id(value: Any) -> int:
    return _integer(value, 1, MAX_INT)


def _color(value: Any) -> int:
    return _integer(value, -1, 0xFFFFFF)  # -1: ANY_COLOR


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > TEXT_LIMIT:
        raise RemoteProtocolError(f"{_short(value)} where a text of up to {TEXT_LIMIT} characters belongs")
    return value


def _hex(value: Any, digits: int) -> str:
    if type(value) is not str or len(value) != digits or not _HEX.issuperset(value):
        raise RemoteProtocolError(f"{_short(value)} where {digits} hexadecimal digits belong")
    return value


def _token(value: Any) -> str:
    if type(value) is not str or len(value) > TOKEN_LIMIT or not value.isascii():
        raise RemoteProtocolError(f"{_short(value)} where a token of up to {TOKEN_LIMIT} characters belongs")
    return value


def _flag(value: Any) -> bool:
    if type(value) is not bool:
        raise RemoteProtocolError(f"{_short(value)} where true or false belongs")
    return value


def _rows(value: Any) -> tuple[Any, ...]:
    if type(value) is not tuple:
        raise RemoteProtocolError(f"{_short(value)} where a list belongs")
    return value


def _row(value: Any, *parts: Callable[[Any], Any]) -> tuple[Any, ...]:
    if type(value) is not tuple or len(value) != len(parts):
        raise RemoteProtocolError(f"{_short(value)} where a row of {len(parts)} belongs")
    return tuple(part(item) for part, item in zip(parts, value, strict=True))


def _coordinate(value: Any) -> int:
    return _integer(value, -MAX_COORDINATE, MAX_COORDINATE)


def _index(value: Any) -> int:
    return _integer(value, 0, MAX_INT)


def _values(value: Any) -> tuple[Scalar, ...]:
    for item in _rows(value):
        if type(item) is int:
            _integer(item, -MAX_INT, MAX_INT)
        elif type(item) is not bool:
            _text(item)
    return cast(tuple[Scalar, ...], value)


def _component(value: Any) -> tuple[Any, ...]:
    return _row(value, _index, _values)


def _entity(value: Any) -> EntityRow:
    return cast(EntityRow, _row(value, _net_id, lambda components: tuple(map(_component, _rows(components)))))


def _change(value: Any) -> ChangeRow:
    return cast(ChangeRow, _row(value, _net_id, _index, lambda values: None if values is None else _values(values)))


def _cell(value: Any) -> int:
    return _integer(value, 0, MAX_CELL)


def _cell_row(value: Any) -> CellRow:
    return cast(CellRow, _row(value, _cell, lambda entities: tuple(map(_entity, _rows(entities)))))


def _cells(value: Any) -> tuple[Any, ...]:
    """Looked over before each row is: three bytes an entity, a third of a million fits into a message."""
    cells = _rows(value)
    if sum(len(row[1]) for row in cells if type(row) is tuple and len(row) > 1 and type(row[1]) is tuple) > ROWS_LIMIT:
        raise RemoteProtocolError(f"a snapshot of more than {ROWS_LIMIT} entities")
    return cells


def _section(tick: int, value: Any) -> Section:
    match _rows(value):
        case [cell, intents, bodies, gone, spawned, changed, checksum, *events] if len(events) < 2:
            return Section(
                _cell(cell),
                _intents(tick, _rows(intents)),
                _bodies(_rows(bodies)),
                [_net_id(net_id) for net_id in _rows(gone)],
                [_entity(row) for row in _rows(spawned)],
                [_change(row) for row in _rows(changed)],
                None if checksum is None else _integer(checksum, 0, (1 << 32) - 1),
                _events(tick, _rows(events[0])) if events else [],
            )
    raise RemoteProtocolError(f"{_short(value)} where a section of a frame belongs")


def _events(tick: int, flat: tuple[Any, ...]) -> list[EventRow]:
    if len(flat) % 3 or not flat:
        raise RemoteProtocolError("a part of an event at the end of the list, or a list of none")
    parts = (_index, lambda back: _integer(back, 0, tick), _values)
    rows = [_row(flat[at : at + 3], *parts) for at in range(0, len(flat), 3)]
    return [(index, tick - back, values) for index, back, values in rows]


def _bodies(flat: tuple[Any, ...]) -> list[BodyRow]:
    if len(flat) % 6:
        raise RemoteProtocolError("a part of a body at the end of the list")
    parts = (_net_id, _coordinate, _coordinate, _coordinate, _coordinate, _index)
    return [cast(BodyRow, _row(flat[at : at + 6], *parts)) for at in range(0, len(flat), 6)]


def _intents(tick: int, flat: tuple[Any, ...]) -> list[IntentRow]:
    rows: list[IntentRow] = []
    parts = iter(flat)
    for net_id in parts:
        code, deed = _integer(next(parts, None), -MAX_INT, MAX_INT), 0
        if code < 0:  # there is an action
            code, deed = -1 - code, _integer(next(parts, None), 2, 2 * MOST_ACTIONS - 1)
        back, direction = divmod(code, INTENT_CODES)
        if back > tick:
            raise RemoteProtocolError(f"an intent from {back} ticks before tick {tick}")
        rows.append((tick - back, _net_id(net_id), direction, deed))
    return rows


def _short(value: Any) -> str:
    text = _BRIEF.repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
