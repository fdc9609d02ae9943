"""The documents: links lead somewhere, the paths that they name exist, and their figures are those of the code."""

import importlib
import re
from pathlib import Path

import pytest

from net.testing import Stage
from tests.harness import HALL

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted(
    path
    for folder in ("", "ecs", "game", "net", "tests", "assets")
    for path in (ROOT.glob("*.md") if not folder else (ROOT / folder).rglob("*.md"))
    if "egg-info" not in str(path)
)
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIMITS = re.findall(r"`([\w.]+):(\w+)` = ([\d,.]+)", (ROOT / "net" / "SECURITY.md").read_text(encoding="utf-8"))


def anchor(heading: str) -> str:
    """As GitHub makes one of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(path: Path) -> set[str]:
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_link_of_a_document_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, part = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert not part or part in anchors(there), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_path_and_module_that_a_document_names_exists(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:ecs|net|game|tests|assets)/[\w./-]+)`", text):
        assert (ROOT / name).exists(), name
    for name in set(re.findall(r"python -m (tests[\w.]+)", text)):
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").exists(), name


def test_the_readme_is_short_and_leads_to_every_document() -> None:
    assert 110 <= len(README.splitlines()) <= 150
    linked = {target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", README)}
    assert set(NAMES) - linked <= {"README.md", "tests/certificates/README.md"}


def test_the_commands_of_the_readme_are_those_that_are_promised() -> None:
    assert "python -m pip install -e . && python main.py\n" in README
    assert 'python -m pip install -e ".[dev]" && python -m pytest\n' in README


def test_the_game_of_the_readme_is_a_game() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    found: dict[str, object] = {"__name__": "mygame"}
    exec(compile(block, "README.md", "exec"), found)
    stage = Stage(found["GAME"], HALL)  # type: ignore[arg-type]
    ann, bob = stage.join("Ann"), stage.join("Bob")
    stage.settle()
    ann.controls.steer(3)
    stage.run(120)
    assert bob.joined.mirror.mismatches == 0
    assert bob.held() == ann.held()
    rows = dict(dict(bob.held())[ann.net_id])
    assert rows[max(rows)][0] > 0, "footsteps"  # type: ignore[operator]
    stage.close()


@pytest.mark.parametrize(("module", "name", "value"), LIMITS, ids=[name for _, name, _ in LIMITS])
def test_a_limit_of_the_table_is_what_the_code_says(module: str, name: str, value: str) -> None:
    assert float(value.replace(",", "")) == getattr(importlib.import_module(module), name)


def test_the_table_of_limits_is_there() -> None:
    assert len(LIMITS) > 40
