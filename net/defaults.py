"""The numbers with which a server runs unless its host says otherwise, and those that both ends count on."""

from typing import Final

from ecs.components import UNITS_PER_PIXEL

PLAYER_SIZE: Final = 28 * UNITS_PER_PIXEL  # a little less than a tile, so that doors of one tile can be passed
VIEW_PIXELS: Final = (1280, 720)  # of the arena, that a screen shows, whatever its size: nobody sees more than others
TICK_RATE: Final = 60
SEND_RATE: Final = 30
SILENCE_SECONDS: Final = 5.0  # without a byte from the other side, a link counts as dead
IDLE_SECONDS: Final = 180.0  # without input, after which a seat may go to somebody who is refused for want of one
HOLD_SECONDS: Final = 5.0  # for a player whose connection is lost to come back into the same seat
MAX_PER_ADDRESS: Final = 16  # a household, or a table at a LAN party, behind one router; a school needs the option
MAX_SPECTATORS: Final = 16  # each costs the server as many bytes as a player does
ROUND_SECONDS: Final = 120.0
PODIUM_SECONDS: Final = 10.0  # after a round: to read who won, and to vote
READY_SECONDS: Final = 3.0  # 3, 2, 1, go
