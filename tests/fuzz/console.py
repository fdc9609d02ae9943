"""A host who types anything at the console, while strangers of any name come and go."""

from typing import Final

from game.server.console import Console
from net.io.terminal import is_printable, printable
from tests.fuzz.script import Script
from tests.fuzz.server_stage import MAX_PLAYERS, ServerStage

MAX_STEPS: Final = 40  # of one input
MAX_STRANGERS: Final = 4
VERBS: Final = ("list", "kick", "ban", "unban", "bans", "say", "status", "quit", "help", "", "KICK", "dance")
WHO: Final = (
    "1",
    "w1",
    "2",
    "999",
    "t0",
    '"t1"',
    "'",
    '"',
    "stranger",
    "192.0.2.1",
    "2001:db8::1/64",
    "::1",
    "\\",
    "#",
)


def console(data: bytes) -> None:
    """No line raises, each answer can be printed, and whom no command means stays."""
    script, stage = Script(data), ServerStage()
    host = Console(stage.simulation, lambda: None, stage.clock)
    stage.witness.name = "198.51.100.1:1"  # so that nobody who is banned takes the witness along
    try:
        for _ in range(MAX_STEPS):
            if not script:
                break
            match script.below(4):
                case 0 if len(stage.strangers) < MAX_STRANGERS:
                    stage.connect().hello(script.text())
                    stage.run(2)
                case 1:
                    stage.run(1 + script.below(4))
                case _:
                    _type(script, stage, host)
        assert len(stage.simulation.seats) <= MAX_PLAYERS
        assert host.answer("list") != "nobody is here", "the witness plays"
    finally:
        stage.simulation.close("that was all")


def _type(script: Script, stage: ServerStage, host: Console) -> None:
    verb = VERBS[script.below(len(VERBS))]
    words = [WHO[script.below(len(WHO))] if script.below(2) else script.text() for _ in range(script.below(4))]
    line = " ".join([verb, *words])
    if script.below(8) == 0:
        line = script.bytes(script.below(64)).decode(errors="replace")
    if "witness" in line or "198.51.100" in line or str(stage.witness.session.net_id) in line:
        return  # that would be meant
    answer = host.answer(line)
    assert all(is_printable(printable(said)) for said in answer.split("\n"))
    assert answer or not line.split()
    assert not stage.witness.closed, f"{line!r} meant somebody else"
    assert host.save() == ""
