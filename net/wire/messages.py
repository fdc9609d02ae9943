"""Everything that can be said, as plain data. How it looks in bytes is the codec's affair.

Ticks count the server's simulation steps from 0. Times within a tick are in **milliticks** (a thousandth of a tick).
"""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

MAGIC: Final = "PGN"
VERSION: Final = 7
NO_SERVER_ID: Final = "0" * 16  # of a server that nobody has to tell from others
ANY_COLOR: Final = -1  # where a colour is asked for: whichever the server likes

Scalar = int | str | bool
ComponentRow = tuple[int, tuple[Scalar, ...]]  # index in the schema, the fields' values in order
EntityRow = tuple[int, tuple[ComponentRow, ...]]  # NetID, its replicated components
ChangeRow = tuple[int, int, tuple[Scalar, ...] | None]  # NetID, component index, the new values; None: it was removed
IntentRow = tuple[int, int, int, int]  # tick, NetID, direction, deed: from that tick on
BodyRow = tuple[int, int, int, int, int, int]  # NetID, x, y, vx, vy, NetID of whoever moved it (0: the rules)
# Of an intent's row: 0 without an action, else twice the action, and 1 more where it launched something.
EventRow = tuple[int, int, tuple[Scalar, ...]]  # index among the game's events, tick, the values
CellRow = tuple[int, tuple[EntityRow, ...]]  # a cell, and all who are in it


class Refusal(IntEnum):
    """Why a server does not let a client in."""

    VERSION = 1
    SCHEMA = 2
    FULL = 3
    NAME = 4
    CLOSING = 5
    TOKEN = 6
    PASSWORD = 7
    BANNED = 8


# What a client says.


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message: who is there, and which rules they know."""

    version: int
    schema_hash: str
    name: str
    color: int  # 0xRRGGBB, or ANY_COLOR
    token: str = ""  # of the last Welcome, to come back into that seat; empty: a new player
    watch: bool = False  # to see everything and be nobody; then the token does not count


@dataclass(frozen=True, slots=True)
class Query:
    """In the place of a Hello: which server is this? Who lists servers asks, and is told by an Identity, no more."""

    version: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The answer to a Challenge: I know the password (see `net.wire.password`)."""

    nonce: str  # the client's own, 32 hexadecimal digits
    proof: str  # 64 hexadecimal digits


@dataclass(frozen=True, slots=True)
class Steer:
    """From `tick` on my intent is `direction`, with the buttons and values of `action`, as `net.inputs` packs them."""

    tick: int
    direction: int
    action: int = 0


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a Pong; `time` is the sender's own, in any unit, and comes back as it is."""

    time: int


@dataclass(frozen=True, slots=True)
class Resync:
    """The checksum of the frame of `tick` did not match: send a snapshot, please."""

    tick: int


@dataclass(frozen=True, slots=True)
class Say:
    """A line of chat, for everybody to read."""

    text: str


@dataclass(frozen=True, slots=True)
class Profile:
    """I want to be called that from now on, and to look so; as in a Hello."""

    name: str
    color: int


@dataclass(frozen=True, slots=True)
class Look:
    """A spectator's screen has its middle there, in world units. The only thing that one who has no body can say."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Request:
    """Something that this game lets its players ask of its rules."""

    index: int  # among the game's requests
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How it went on the client's screen since its last report, for the server's operator; it changes nothing."""

    corrections: int
    unexplained: int  # of them: steps, worlds or the wire disagree


# What a server says.


@dataclass(frozen=True, slots=True)
class Identity:
    """The answer to a Query."""

    version: int
    server_id: str  # of this run of the server, random: 16 hexadecimal digits


@dataclass(frozen=True, slots=True)
class Challenge:
    """You are let in only if you know the password: prove it."""

    salt: str  # of the server's key, 32 hexadecimal digits
    nonce: str  # for this connection alone, 32 hexadecimal digits


@dataclass(frozen=True, slots=True)
class Welcome:
    """You are in: which entity is yours, and all that never changes while you stay."""

    net_id: int  # 0 for a spectator, who has no body
    tick: int
    tick_rate: int  # per second
    frame_ticks: int  # ticks from one frame to the next
    cell_tiles: int  # the side of a cell of the world, in tiles; 0: the world is one cell
    arena: tuple[str, ...]  # the map, a text a row: '#' is a wall, '.' is floor
    token: str  # a secret: who says it in a Hello comes back into this seat; empty for a spectator
    free_seats: int = 0  # for how many more players there is room just now
    server_id: str = NO_SERVER_ID  # as in an Identity


@dataclass(frozen=True, slots=True)
class Refused:
    """You are not let in. `schema` is the server's own, so that the client can name the difference."""

    refusal: Refusal
    version: int
    reason: str
    schema: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole of some cells, as of the end of `tick`; from now on you are told of these, and no more of `drop`."""

    tick: int
    drop: tuple[int, ...]  # cells
    cells: tuple[CellRow, ...]

    @property
    def entities(self) -> list[EntityRow]:
        """Those of all cells."""
        return [row for _, rows in self.cells for row in rows]


@dataclass(slots=True)
class Section:
    """What surprised those who see one cell."""

    cell: int
    intents: list[IntentRow] = field(default_factory=list)
    bodies: list[BodyRow] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    spawned: list[EntityRow] = field(default_factory=list)
    changed: list[ChangeRow] = field(default_factory=list)
    checksum: int | None = None
    events: list[EventRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frame:
    """What `step` could not have told you about the ticks since the last frame, up to the end of `tick`."""

    tick: int
    sections: tuple[Section, ...] = ()

    @property
    def intents(self) -> list[IntentRow]:
        """Those of all sections."""
        return [row for section in self.sections for row in section.intents]

    @property
    def bodies(self) -> list[BodyRow]:
        """Those of all sections."""
        return [row for section in self.sections for row in section.bodies]

    @property
    def gone(self) -> list[int]:
        """Those of all sections."""
        return [net_id for section in self.sections for net_id in section.gone]

    @property
    def spawned(self) -> list[EntityRow]:
        """Those of all sections."""
        return [row for section in self.sections for row in section.spawned]

    @property
    def changed(self) -> list[ChangeRow]:
        """Those of all sections."""
        return [row for section in self.sections for row in section.changed]

    @property
    def events(self) -> list[EventRow]:
        """Those of all sections."""
        return [row for section in self.sections for row in section.events]


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a Ping: the server's time when it came in and when this went out, in milliticks."""

    time: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said this line; where `net_id` is 0, the server says it."""

    net_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Private:
    """Something happened that is your affair alone; behind the frame of that tick or of a later one."""

    tick: int
    index: int  # among the game's events
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Benched:
    """You did nothing for long, and somebody else wants to play: I close this connection; come back to watch."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """This world ends, and one of the game of that name begins here: I close this connection; come back at once."""

    game: str
    reason: str


# What both say.


@dataclass(frozen=True, slots=True)
class Goodbye:
    """I close this connection, and why."""

    reason: str


FromClient = Hello | Query | Proof | Steer | Ping | Resync | Say | Profile | Look | Request | Report | Goodbye
FromServer = (
    Identity | Challenge | Welcome | Refused | Snapshot | Frame | Pong | Said | Private | Benched | Moved | Goodbye
)
Message = FromClient | FromServer
