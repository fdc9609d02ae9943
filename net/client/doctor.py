"""The connection doctor: tries each step on the way into a server's game, and says what is wrong and what would help.

It goes the way that a client goes, with the client's own code, as a spectator: so it takes no seat and nobody sees it.
Every wait is bounded. Knows neither terminals nor screens, but for `run_doctor`, which prints.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final

from net.client.client_session import ClientSession, Ending, JoinedState
from net.client.connect import TlsError, connect_to
from net.client.controls import Controls
from net.client.credentials import NOTHING, Credentials
from net.game import Game
from net.io import walltime
from net.io.address import Address
from net.io.terminal import say
from net.io.transport import DialError, resolve
from net.wire.banners import guess
from net.wire.messages import VERSION, Refusal

RESOLVE_SECONDS: Final = 15.0  # resolvers ask each of their servers for 5 s or so
ADDRESSES: Final = 4  # of a name that are tried, each for as long as a connect may take
PONG_SECONDS: Final = 5.0  # for the first answer to a ping: the worst satellite takes one
LAST_BYTES_SECONDS: Final = 0.2  # for what many a program says only when it sees that we have said all
MEASURE_SECONDS: Final = 1.5  # about a dozen pings
FRAME_SECONDS: Final = 1 / 60
SLOW: Final = 0.2  # seconds of round trip, from which one notices it when people meet
UNSTEADY: Final = 0.03  # seconds by which the round trip varies, from which others are drawn noticeably late
WHAT_IT_PRINTS: Final = "the server prints the right one after 'listening on'"


@dataclass(frozen=True, slots=True)
class Finding:
    """How one step went: `text` is what was found, `advice` what would help, empty where nothing has to."""

    step: str
    ok: bool
    text: str
    advice: str = ""
    option: str = ""  # of the command line, that would help as well: for those who have one


async def examine(
    game: Game, address: Address, credentials: Credentials = NOTHING, now: Callable[[], float] = walltime.now
) -> AsyncGenerator[Finding, None]:
    """Yield a finding for each step, as it is made, up to the first that cannot be passed; then the verdict.

    The steps: resolve, connect, handshake, round trip, clock, verdict. `credentials` is what to bring along,
    `now` a clock in seconds.
    """
    bad: Finding | None = None
    async with contextlib.aclosing(_steps(game, address, credentials, now)) as steps:
        async for finding in steps:
            bad = bad or (None if finding.ok else finding)
            yield finding
    if bad is None:
        yield Finding("verdict", True, f"this works: python main.py --connect {address}")
    else:
        yield Finding("verdict", False, f"this does not work: {bad.text}", bad.advice)


def run_doctor(game: Game, address: Address, credentials: Credentials = NOTHING) -> int:
    """Print the findings as they come; returns 0 where one can play there, else 1."""
    return asyncio.run(_print(game, address, credentials))


async def _print(game: Game, address: Address, credentials: Credentials) -> int:
    ok = False
    async for finding in examine(game, address, credentials):
        ok = finding.ok
        say(f"{'ok  ' if ok else 'FAIL'}  {finding.step:<10}  {_without_gaps(finding.text)}")
        if finding.advice and finding.step != "verdict":  # which repeats it, for those who show the verdict alone
            option = f": {finding.option}" * bool(finding.option)
            say(f"{'':18}{_without_gaps(finding.advice)}{option}")
    return 0 if ok else 1


def _without_gaps(text: str) -> str:
    """Nothing that the server said can look like a finding of ours in the next line of a terminal that wraps it."""
    return " ".join(filter(None, text.split(" ")))


async def _steps(
    game: Game, address: Address, credentials: Credentials, now: Callable[[], float]
) -> AsyncGenerator[Finding, None]:
    began = now()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = (await resolve(address))[:ADDRESSES]
    except DialError as error:
        yield Finding("resolve", False, error.fact, error.advice)
        return
    except TimeoutError:
        text = f"nobody said within {RESOLVE_SECONDS:.0f} s what the address of {address.host!r} is"
        yield Finding("resolve", False, text, "is this machine on the network? Try the server's number instead")
        return
    hosts = ", ".join(dict.fromkeys(str(target[0]) for *_, target in found))
    text = f"{hosts}, nothing to look up" if hosts == address.host else f"{address.host} is {hosts}"
    yield Finding("resolve", True, text)

    play = ClientSession(game, "Doctor", 0, Controls(), now, draws=False, watch=True, password=credentials.password)
    try:
        began = now()
        try:
            await connect_to(address, found, play.attach, credentials)
        except TlsError as error:
            yield Finding("connect", False, error.fact, error.advice)
            return
        except DialError as error:
            yield Finding("connect", False, error.fact, error.advice + _where_it_works(found[0][-1][0], address.port))
            return
        yield Finding(
            "connect", True, f"port {address.port} answers{', encrypted' * address.tls}, after {_ms(now() - began)}"
        )
        began = now()
        await _frames(play, lambda: play.joined is not None)  # bounded by JOIN_SECONDS, in the play
        seconds = now() - began
        if play.ending is Ending.STRANGER:
            await asyncio.sleep(LAST_BYTES_SECONDS)
        yield _handshake(play, seconds)
        if play.joined is not None:
            offsets: list[float] = []
            yield await _round_trip(play, play.joined, now, offsets)
            if offsets:
                yield _clock(play.joined, now(), offsets)
    finally:
        play.leave()
        play.world.close()


async def _frames(play: ClientSession, done: Callable[[], bool]) -> None:
    """Let the play go on until `done`, or until it ends."""
    while not done() and play.ending is None:
        play.update()
        await asyncio.sleep(FRAME_SECONDS)


def _handshake(play: ClientSession, seconds: float) -> Finding:
    if play.joined is not None:
        if not play.joined.free_seats:
            advice = "wait until somebody leaves, or watch meanwhile"
            return Finding("handshake", False, "the server is full: every seat is taken", advice, "--spectate")
        return Finding("handshake", True, f"a server of this game, version {VERSION}; it answered after {_ms(seconds)}")
    ok, text, advice = False, play.reason, ""
    match play.refusal, play.ending:
        case Refusal.FULL, _:
            ok, text = True, f"a server of this game, version {VERSION}, but {play.reason}"
            advice = "no more can be found out now; playing may well be possible"
        case Refusal.VERSION, _:
            advice = "both must be of the same version; the older one is to be updated"
        case Refusal.SCHEMA, _:
            advice = "both must know the same components; update the older one, or get the game that the server plays"
        case _, Ending.PASSWORD:
            text = f"a server of this game, version {VERSION}, but {play.reason}"
            advice = "ask whoever hosts it; the game asks you for it when you join, and --password does here"
        case Refusal.BANNED, _:
            advice = "only whoever hosts the server can change that"
        case Refusal.CLOSING, _:
            advice = "try again in a moment; somebody has just stopped the server"
        case _, Ending.STRANGER if what := guess(play.first_bytes):
            text = f"something answered, but it is not a server of this game: it looks like {what}"
            advice = f"the port is another program's: {WHAT_IT_PRINTS}"
        case _, Ending.STRANGER if not play.traffic.bytes_in and seconds >= 1:
            text = f"the port answers, but whoever is there said nothing for {seconds:.0f} s"
            advice = f"the server hangs (start it again), or the port is another program's: {WHAT_IT_PRINTS}"
        case _, Ending.STRANGER:
            advice = f"the port is probably another program's: {WHAT_IT_PRINTS}"
        case _, Ending.LOST:
            advice = "the server said so itself; its terminal may say more"
        case _:
            advice = "look at what the server's terminal says"
    return Finding("handshake", ok, text, advice)


async def _round_trip(
    play: ClientSession, joined: JoinedState, now: Callable[[], float], offsets: list[float]
) -> Finding:
    """Ping for a while; `offsets` gets what our clock was believed to be off by, in ticks, at each frame."""
    began = now()
    await _frames(play, lambda: joined.clock.synced or now() - began > PONG_SECONDS)
    if play.ending is None and not joined.clock.synced:
        text = f"the server let us in, but answered no ping within {PONG_SECONDS:.0f} s"
        return Finding("round trip", False, text, "it hangs or has far too much to do; look at its terminal")
    until = now() + MEASURE_SECONDS

    def over() -> bool:
        offsets.append(joined.clock.tick(now()) - now() * joined.tick_rate)
        return now() > until

    if play.ending is None:
        await _frames(play, over)
    if play.ending is not None:
        offsets.clear()
        return Finding("round trip", False, f"the connection ended: {play.reason}", "look at what the server says")
    clock = joined.clock
    advice = ""
    if clock.jitter > UNSTEADY:
        advice = "this varies much: a cable instead of Wi-Fi, or a pause of downloads, would help"
    elif clock.round_trip > SLOW:
        advice = "this is long: a server that is nearer would be felt when people meet"
    return Finding("round trip", True, f"{_ms(clock.round_trip)}, give or take {_ms(clock.jitter)}", advice)


def _clock(joined: JoinedState, now: float, offsets: list[float]) -> Finding:
    wander = (max(offsets) - min(offsets)) / joined.tick_rate
    clock = joined.clock
    text = f"tick {clock.tick(now):.0f}, give or take {_ms(wander)}; clients run {clock.lead:.1f} ticks ahead"
    return Finding("clock", True, text)


def _where_it_works(host: str, port: int) -> str:
    """What to add to an advice, as it depends on where on earth an address leads to the machine that is meant."""
    number = ipaddress.ip_address(host.partition("%")[0])
    if number.is_loopback:
        return f" (This is your own machine: python main.py --server starts one; {WHAT_IT_PRINTS}.)"
    if number.is_private or number.is_link_local:
        return " (This address works within its own network alone: are both machines in it?)"
    return f" (From the internet, the server's router must forward TCP port {port} to it.)"


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms" if seconds >= 0.01 else f"{1000 * seconds:.1f} ms"
