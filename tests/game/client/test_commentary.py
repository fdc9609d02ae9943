"""What players and a spectator read and hear when somebody becomes "it", from a server's world through a mirror."""

import pytest

from game.tag import tag_system
from game.tag.rules import Passed
from game.tag.scene import TagScene
from net.rounds import RoundPhase
from tests.game.client.scenes import tools
from tests.game.tag.tag_stage import TagStage
from tests.game.tag.test_idle_it import Fidget, tagged
from tests.game.tag.test_tag_system import lose
from tests.harness import Player

pytestmark = pytest.mark.usefixtures("surface")


class Reader:
    """Somebody at a screen: a frame in each tick."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.banners: list[tuple[str, str]] = []
        own = tools(player.net_id, player.play.world)
        self.chat, self.sounds = own.chat, own.sounds
        self._scene = TagScene(own)
        banner = self._scene.banner
        banner.show = lambda text, below, color, now: self.banners.append((text, below))  # type: ignore[method-assign]

    def look(self, tick: int) -> None:
        mirror = self.player.joined.mirror
        with self.player.play.world:
            self._scene.update(mirror.tick, tick / 60, {}, {})

    @property
    def told(self) -> list[str]:
        """Who is "it", and why, as the feed has it."""
        return [line for line in self._scene.feed.lines if line.endswith((" is it", " are it"))]


class Match:
    """Ann, Bob and Cid play, Eve watches, and all of them look."""

    def __init__(self, round_seconds: float = 60.0) -> None:
        self.stage = TagStage(round_seconds=round_seconds)
        for name in ("Ann", "Bob", "Cid"):
            self.stage.join(name)
        self.eve = self.stage.watch("Eve")
        self.stage.run(30)
        self.readers = {player.session.called: Reader(player) for player in self.stage.players}
        self.run(2)

    def run(self, ticks: int, *fidgets: Player) -> None:
        fidget = Fidget(*fidgets)

        def each(tick: int) -> None:
            fidget(tick)
            for reader in self.readers.values():
                if reader.player.updating:
                    reader.look(tick)

        self.stage.run(ticks, each)

    def forget(self) -> None:
        for reader in self.readers.values():
            reader.banners.clear()


def test_a_touch_is_told_to_the_two_it_concerns_and_to_no_spectator() -> None:
    match = Match()
    it, other = match.stage.player(match.stage.it), match.stage.others()[0]
    match.forget()
    match.stage.beside(it, other)
    match.run(6)
    assert match.stage.it == other.net_id
    banners = {name: reader.banners for name, reader in match.readers.items()}
    giver, taker = it.session.called, other.session.called
    assert banners.pop(giver) == [("Passed on", f"{taker} is it: run")]
    assert banners.pop(taker) == [("You are it!", "touch somebody to pass it on")]
    assert list(banners.values()) == [[], []]
    assert match.readers["Eve"].sounds.played[-1] == "tag", "but it is heard"


def test_who_is_drawn_for_a_round_was_passed_it_by_nobody() -> None:
    match = Match(round_seconds=1.0)
    match.forget()
    while match.stage.round.number < 3:
        match.run(10)
    assert match.stage.phase is RoundPhase.PLAYING
    words = {text for reader in match.readers.values() for text, _ in reader.banners}
    assert "You are it!" in words
    assert not any("Passed on" in word or "is it" in word for word in words)
    assert all(reader.told == [] for reader in match.readers.values())


@pytest.mark.parametrize("how", ["left", "lost"])
def test_who_is_drawn_for_one_who_is_gone_was_passed_it_by_nobody(how: str) -> None:
    match = Match()
    it = match.stage.player(match.stage.it)
    match.forget()
    if how == "left":
        it.play.leave()
        it.updating = False
    else:
        lose(it)
    match.run(150)
    assert match.stage.it not in (None, it.net_id)
    assert (tagged(match.stage).by, tagged(match.stage).how) == (0, Passed.DRAWN)
    assert sorted(text for reader in match.readers.values() for text, _ in reader.banners) == ["You are it!"]


@pytest.mark.parametrize(("how", "why"), [("idle", "was idle"), ("slow", "touched nobody for 25 s")])
def test_everybody_reads_why_somebody_else_is_it_and_who_was_is_not_told_that_they_passed_it_on(
    how: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tag_system, "SLOW_IT_SECONDS", 10.0 if how == "idle" else 1.5)
    monkeypatch.setattr(tag_system, "IDLE_IT_SECONDS", 1.5)
    match = Match()
    it, others = match.stage.player(match.stage.it), match.stage.others()
    match.forget()
    match.run(100, *[player for player in others if player.net_id], *([it] if how == "slow" else []))
    assert match.stage.it != it.net_id
    former, now = it.session.called, match.stage.player(match.stage.it).session.called
    ours = why.replace("was", "were")
    for name, reader in match.readers.items():
        becomes = "you are it" if name == now else f"{now} is it"
        assert reader.told == [f"{'you ' + ours if name == former else f'{former} {why}'}: {becomes}"]
    assert match.readers[former].banners == [(f"{now} is it", f"you {ours}")]
    assert match.readers[now].banners == [("You are it!", "touch somebody to pass it on")]
    assert match.readers["Eve"].banners == []
