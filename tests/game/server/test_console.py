"""The host's console: what each command does to those who are there, and what it prints."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from game.server.console import HELP, LINE_BYTES, Console, serve_console
from game.tag import TAG
from net.client.client_session import Ending
from net.client.connector import Connector, Phase
from net.io.terminal import Lines
from net.io.walltime import now
from net.server.limits.bans import KICK_SECONDS
from net.wire.messages import Refusal, Said
from tests.game.live import frames_until, live_server, run, until
from tests.game.processes import port_of, programs
from tests.game.test_leaving import seen_by
from tests.harness import Player, Stage, Stranger
from tests.test_server_program import run_to_its_end


class Host:
    """Somebody with a server, three players who come from different places, and a console."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.quits = 0
        self.console = Console(self.stage.simulation, self._quit, self.stage.clock)
        self.ann, self.bob, self.cid = (self.come(name, n) for n, name in enumerate(("Ann", "Bob", "Ann"), 1))
        self.stage.settle()

    def come(self, name: str, number: int, watch: bool = False) -> Player:
        player = self.stage.watch(name) if watch else self.stage.join(name)
        player.far.name = f"192.0.2.{number}:40000"
        return player

    def says(self, line: str) -> str:
        answer = self.console.answer(line)
        self.stage.run(4)
        return answer

    def _quit(self) -> None:
        self.quits += 1


@pytest.fixture
def host() -> Host:
    return Host()


def test_the_list_is_of_all_who_are_connected(host: Host) -> None:
    host.come("Eve", 4, watch=True)
    host.stage.run(30)
    Stranger(host.stage)
    lines = host.says("list").splitlines()
    assert lines[0].split() == [str(host.ann.net_id), "'Ann'", "192.0.2.1:40000", "2", "s"]
    assert lines[2].split()[1:4] == ["'Ann", "2'", "192.0.2.3:40000"]
    assert lines[3].split()[:2] == ["w1", "'Eve'"]
    assert lines[4].split()[:2] == ["greets", "''"]
    assert Console(Stage().simulation, lambda: None, host.stage.clock).answer("list") == "nobody is here"


def test_who_is_kicked_is_gone_at_once_told_why_and_out_for_a_while(host: Host) -> None:
    answer = host.says("kick Bob too loud")
    assert answer == f"kicked: 'Bob' ({host.bob.net_id}) from 192.0.2.2:40000\ntheir address stays out for 60 s"
    assert (host.bob.play.ending, host.bob.play.reason) == (Ending.LOST, "you were kicked: too loud")
    assert seen_by(host.ann) == {host.ann.net_id, host.cid.net_id}, "the seat is not held"
    host.bob.come_back()
    host.bob.far.name = "192.0.2.2:40001"
    host.stage.run(4)
    assert host.bob.play.ending is Ending.IMPOSSIBLE, "so that our client does not try again and again"
    assert host.bob.play.refusal is Refusal.BANNED
    assert host.bob.play.reason.startswith("you were kicked (too loud): come back in ")
    host.stage.clock.time += KICK_SECONDS
    again = host.come("Bob", 2)
    host.stage.run(10)
    assert again.play.joined is not None


@pytest.mark.parametrize("who", ['"Ann 2"', "'Ann 2'", "NUMBER"])
def test_whom_it_means_is_a_number_or_a_name_in_quotes(host: Host, who: str) -> None:
    host.says(f"kick {who.replace('NUMBER', str(host.cid.net_id))}")
    assert host.cid.play.ending is Ending.LOST
    assert host.ann.play.ending is host.bob.play.ending is None


def test_a_name_of_digits_is_nobodys_number(host: Host) -> None:
    impostor = host.come(str(host.bob.net_id), 9)
    host.stage.run(10)
    assert f"({host.bob.net_id})" in host.says(f"kick {host.bob.net_id}")
    assert impostor.play.ending is None


def test_a_spectator_is_kicked_by_name(host: Host) -> None:
    eve = host.come("Eve", 4, watch=True)
    host.stage.run(10)
    assert "the spectator 'Eve'" in host.says("kick Eve")
    assert eve.play.ending is Ending.LOST


def test_a_spectator_who_takes_a_players_name_is_another_one_to_the_host(host: Host) -> None:
    twins = [host.come(name, n, watch=True) for n, name in enumerate(("Bob", "BOB", "Ｂｏｂ"), 4)]
    late = host.come("bob", 7)
    host.stage.run(10)
    names = [line.split("'")[1] for line in host.says("list").splitlines()]
    assert names == ["Ann", "Bob", "Ann 2", "Bob 2", "BOB 3", "Bob 4", "bob 5"]
    host.says("kick bob")
    assert host.bob.play.ending is Ending.LOST, "upper or lower case, there is but one"
    assert all(player.play.ending is None for player in (*twins, late, host.ann, host.cid))
    host.says("kick W2")
    host.says('ban "bob 4" enough')
    assert [player.play.ending for player in twins] == [None, Ending.LOST, Ending.LOST]
    assert host.says("bans") == "192.0.2.6"
    again = host.come("Bob 4", 8, watch=True)
    host.stage.run(10)
    assert "'Bob 4'" in host.says("list"), "who is gone has no name"
    assert again.play.ending is None


def test_who_is_away_is_listed_and_can_be_kicked_and_banned(host: Host) -> None:
    for player in (host.bob, host.cid):
        player.far.lose("the connection was reset")
    host.stage.run(2)
    assert [line.split()[-1] for line in host.says("list").splitlines()] == ["s", "away", "away"]
    assert host.says("kick bob").startswith(f"kicked: 'Bob' ({host.bob.net_id}), who is away")
    assert seen_by(host.ann) == {host.ann.net_id, host.cid.net_id}
    assert host.says(f"ban {host.cid.net_id}").splitlines()[0] == "banned: 192.0.2.3"
    assert seen_by(host.ann) == {host.ann.net_id}
    host.bob.come_back()
    host.stage.run(4)
    assert host.bob.play.ending is Ending.EXPIRED, "nobody comes back into it"


def test_a_name_like_a_number_of_the_list_is_nobodys_number(host: Host) -> None:
    eve, impostor = host.come("Eve", 4, watch=True), host.come("w1", 5)
    host.stage.run(10)
    assert "the spectator 'Eve'" in host.says("kick w1")
    assert (eve.play.ending, impostor.play.ending) == (Ending.LOST, None)


def test_who_has_not_said_hello_has_no_name_to_be_kicked_by(host: Host) -> None:
    stranger = Stranger(host.stage)
    host.stage.run(4)
    assert host.says('kick ""') == "nobody here is ''"
    assert host.says("ban '' go") == "nobody here is ''"
    assert stranger.ended is None


def test_where_a_name_fits_several_nobody_is_thrown_out(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("game.server.console.seen", lambda name: name[:3])
    ann, cid = host.ann.net_id, host.cid.net_id
    assert host.says("kick Ann") == f"'Ann' could be {ann} (Ann), {cid} (Ann 2): kick which number?"
    assert host.says("ban Ann") == f"'Ann' could be {ann} (Ann), {cid} (Ann 2): ban which number?"
    assert all(player.play.ending is None for player in (host.ann, host.bob, host.cid))


def test_who_is_banned_stays_out_with_all_from_there_until_unbanned(host: Host) -> None:
    other = host.come("Dan", 2)
    host.stage.run(10)
    answer = host.says("ban Bob go away").splitlines()
    assert answer[0] == "banned: 192.0.2.2"
    assert len(answer) == 3
    assert host.bob.play.reason == other.play.reason == "you were banned: go away"
    host.stage.clock.time += 10 * KICK_SECONDS
    host.ann.play.received(b"")
    again = host.come("Bob", 2)
    host.stage.run(4)
    assert again.play.reason == "you are banned from this server"
    assert host.says("bans") == "192.0.2.2"
    assert host.says("unban 192.0.2.2") == "not banned: 192.0.2.2"
    again = host.come("Bob", 2)
    host.stage.run(10)
    assert again.play.joined is not None


def test_an_address_is_banned_whoever_is_there(host: Host) -> None:
    assert host.says("ban 192.0.2.3 spam").splitlines()[0] == "banned: 192.0.2.3"
    assert host.cid.play.reason == "you were banned: spam"
    assert host.says("ban 2001:db8:1:2:3::4") == "banned: 2001:db8:1:2::/64"


def test_what_the_host_says_everybody_reads_as_the_servers(host: Host) -> None:
    heard: list[Said] = []
    for player in (host.ann, host.bob):
        player.play.said = heard.append
    assert host.says("say  five   minutes!") == "said: five minutes!"
    assert heard == [Said(0, "five minutes!")] * 2
    assert host.says("say") == "not said: a line needs at least one character that can be seen"


def test_the_status_counts(host: Host) -> None:
    host.come("Eve", 4, watch=True)
    host.bob.far.lose("the connection was reset")
    host.stage.run(10)
    Stranger(host.stage)
    first, second = host.says("status").splitlines()
    assert first.endswith("2 playing, 1 away, 1 watching, 1 greeting; 0 banned")
    assert "NetworkSystem" in second


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", ""),
        ("   ", ""),
        ("help", HELP),
        ("HELP", HELP),
        ("dance", "there is no command 'dance': help lists them"),
        ("kick", 'kick whom? A number of the list, or a name: kick 7, kick Ann, kick "Ann 2"'),
        ('ban "Ann', 'ban whom? A number of the list, or a name: ban 7, ban Ann, ban "Ann 2"'),
        ("kick Zoe", "nobody here is 'Zoe'"),
        ("kick 999", "nobody here is '999'"),
        ("unban Zoe", "'Zoe' is no address: unban ADDRESS, as bans lists them"),
        ("bans", "nobody is banned"),
    ],
)
def test_what_is_no_command_changes_nothing_and_is_explained(host: Host, line: str, answer: str) -> None:
    assert host.says(line) == answer
    assert all(player.play.ending is None for player in (host.ann, host.bob, host.cid))


def test_quit_ends_the_server(host: Host) -> None:
    assert host.says("quit") == "closing"
    assert host.quits == 1


def test_a_client_of_ours_that_is_kicked_stops_trying() -> None:
    async def test() -> None:
        async with live_server() as (simulation, address):
            session = Connector(TAG, address, "Ann", 0, now)
            await frames_until(session, lambda: session.phase is Phase.PLAYING)
            Console(simulation, lambda: None, now).answer("kick Ann spam")
            await frames_until(session, lambda: session.phase is Phase.FAILED)
            assert session.message.startswith("you were kicked (spam): come back in ")

    run(test())


def test_lines_are_read_without_holding_up_the_loop_and_a_flood_of_them_waits(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()

    class Input:
        def fileno(self) -> int:
            return reading

    asked: list[str] = []

    class Parrot:
        def answer(self, line: str) -> str:
            asked.append(line)
            return f"<{line}>"

        def save(self) -> str:
            return ""

    async def test() -> None:
        monkeypatch.setattr(sys, "stdin", Input())
        out = Lines(sys.stdout, "output")
        serve_console(Parrot(), out)  # type: ignore[arg-type]
        os.write(writing, b"li")
        await asyncio.sleep(0.01)
        assert asked == []
        os.write(writing, b"st\nstat\xffus\n" + b"x" * (3 * LINE_BYTES) + b"\nhelp\n" * 100)
        await until(lambda: len(asked) >= 103)
        assert asked[:2] == ["list", "stat\ufffdus"]
        assert len(asked[2]) <= 2 * LINE_BYTES, "no more of a line is kept"
        os.write(writing, b"the end")
        os.close(writing)
        await until(lambda: asked[-1] == "the end")
        out.close()

    run(test())
    os.close(reading)
    assert capsys.readouterr().out.startswith("<list>\n")


def test_a_server_is_run_from_a_pipe(tmp_path: Path) -> None:
    file = tmp_path / "bans.txt"
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--admin", "--ban-file", str(file))
        bots = start("--bots", "1", "--connect", f"127.0.0.1:{port_of(server)}", "--seconds", "60")
        server.wait_for("join:")
        stdin = server.process.stdin
        assert stdin is not None
        stdin.write('status\nban "Bot 1" enough\n')
        stdin.flush()
        assert bots.wait() == 1
        assert "you are banned" in bots.lines[-1]
        stdin.write("quit\n")
        stdin.flush()
        assert server.wait() == 0
        server.wait_for("1 playing")
        server.wait_for("banned: 'Bot 1'")
        assert file.read_text() == "127.0.0.1\n"


def test_the_end_of_its_input_is_not_the_servers() -> None:
    with programs() as start:
        server = start("--server", "--port", "0", "--host", "127.0.0.1", "--admin")
        assert server.process.stdin is not None
        server.process.stdin.close()
        server.wait_for("the console's input has ended; the server goes on")
        assert server.end() == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--admin"], ["--admin", "--server"]),
        (["--ban-file", "x"], ["--ban-file", "--server"]),
        (["--server", "--admin", "--with-parent"], ["--admin", "--with-parent"]),
        (["--server", "--ban-file", "/"], ["--ban-file", "cannot be read"]),
    ],
)
def test_wrong_options_are_one_line(arguments: list[str], words: list[str]) -> None:
    code, lines = run_to_its_end(*arguments)
    assert code == 2
    assert all(word in lines[-1] for word in words), lines[-1]
