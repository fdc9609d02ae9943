"""Everything that can be said, as plain data. How it looks in bytes is the codec's affair.

Ticks count the server's simulation steps from 0. Times within a tick are in **milliticks** (a thousandth of a tick).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

MAGIC: Final = "PGN"
VERSION: Final = 1

Scalar = int | str | bool
ComponentRow = tuple[int, tuple[Scalar, ...]]  # index in the schema, the fields' values in order
EntityRow = tuple[int, tuple[ComponentRow, ...]]  # NetID, its replicated components
ChangeRow = tuple[int, int, tuple[Scalar, ...] | None]  # NetID, component index, the new values; None: it was removed
IntentRow = tuple[int, int, int]  # tick, NetID, direction: from that tick on
BodyRow = tuple[int, int, int, int, int, int]  # NetID, x, y, vx, vy, NetID of whoever moved it (0: the rules)


class Refusal(IntEnum):
    """Why a server does not let a client in."""

    VERSION = 1
    SCHEMA = 2
    FULL = 3
    NAME = 4
    CLOSING = 5
    TOKEN = 6


# What a client says.


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message: who is there, and which rules they know."""

    version: int
    schema_hash: str
    name: str
    color: int  # 0xRRGGBB
    token: str = ""  # of the last Welcome, to come back into that seat; empty: a new player
    watch: bool = False  # to see everything and be nobody; then the token does not count


@dataclass(frozen=True, slots=True)
class Steer:
    """From `tick` on my intent is `direction`. The only thing that a client can want."""

    tick: int
    direction: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a Pong; `time` is the sender's own, in any unit, and comes back as it is."""

    time: int


@dataclass(frozen=True, slots=True)
class Resync:
    """The checksum of the frame of `tick` did not match: send a snapshot, please."""

    tick: int


@dataclass(frozen=True, slots=True)
class Look:
    """A spectator's screen has its middle there, in world units. The only thing that one who has no body can say."""

    x: int
    y: int


# What a server says.


@dataclass(frozen=True, slots=True)
class Welcome:
    """You are in: which entity is yours, and all that never changes while you stay."""

    net_id: int  # 0 for a spectator, who has no body
    tick: int
    tick_rate: int  # per second
    frame_ticks: int  # ticks from one frame to the next
    arena: tuple[str, ...]
    token: str  # a secret: who says it in a Hello comes back into this seat; empty for a spectator
    free_seats: int = 0  # for how many more players there is room just now


@dataclass(frozen=True, slots=True)
class Refused:
    """You are not let in. `schema` is the server's own, so that the client can name the difference."""

    refusal: Refusal
    version: int
    reason: str
    schema: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole of what you may see, as of the end of `tick`."""

    tick: int
    entities: tuple[EntityRow, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What `step` could not have told you about the ticks since the last frame, up to the end of `tick`."""

    tick: int
    intents: tuple[IntentRow, ...] = ()
    bodies: tuple[BodyRow, ...] = ()
    gone: tuple[int, ...] = ()
    spawned: tuple[EntityRow, ...] = ()
    changed: tuple[ChangeRow, ...] = ()
    checksum: int | None = None


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a Ping: the server's time when it came in and when this went out, in milliticks."""

    time: int
    received: int
    sent: int


# What both say.


@dataclass(frozen=True, slots=True)
class Goodbye:
    """I close this connection, and why."""

    reason: str


FromClient = Hello | Steer | Ping | Resync | Look | Goodbye
FromServer = Welcome | Refused | Snapshot | Frame | Pong | Goodbye
Message = FromClient | FromServer
