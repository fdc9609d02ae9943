"""What the documents say of this repository holds: links, paths, commands, options and limits."""

import dataclasses
import importlib
import importlib.util
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType

import esper
import pytest

from ecs.arena import parse_arena
from game.cli.arguments import build_parser
from game.cli.options import check_together
from net.conditioner.link import Conditions
from net.game import Game
from net.testing import Stage

ROOT = Path(__file__).parent.parent
FOLDERS = ("assets", "ecs", "game", "net", "tests")
README = ROOT / "README.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))])
SECURITY = (ROOT / "net" / "SECURITY.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "game" / "ARCHITECTURE.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "game" / "server" / "OPERATING.md").read_text(encoding="utf-8")

LIMITS = re.findall(r"^\| [^|]+ \| `([\w.]+):([A-Z_]+)` \| ([\d.,]+) \| [^|]*\|$", SECURITY, re.MULTILINE)

document = pytest.mark.parametrize("path", DOCUMENTS, ids=[path.relative_to(ROOT).as_posix() for path in DOCUMENTS])


def prose(text: str) -> str:
    """The text without its fenced and indented blocks."""
    return re.sub(r"^    .*$", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), flags=re.MULTILINE)


def links(path: Path) -> list[str]:
    """Where the document's links and pictures lead, within this repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text(encoding="utf-8")))
    return [target for target in targets if not re.match(r"https?:", target)]


def anchors(path: Path) -> set[str]:
    """What a link can name of a document: its headings, in GitHub's spelling."""
    headings = re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_nowhere(link: str, source: Path) -> bool:
    name, _, anchor = link.partition("#")
    target = (source.parent / name).resolve() if name else source
    return not target.exists() or (anchor != "" and anchor not in anchors(target))


def is_missing(text: str) -> bool:
    """Whether a text in backticks is a path of this repository that does not exist."""
    names_one = re.fullmatch(r"[\w./-]+", text) and (text.split("/")[0] in FOLDERS or text.endswith((".py", ".md")))
    return bool(names_one) and "/" in text and not (ROOT / text).exists()


@document
def test_every_link_leads_somewhere(path: Path) -> None:
    assert [link for link in links(path) if leads_nowhere(link, path)] == []


@document
def test_every_path_in_backticks_exists(path: Path) -> None:
    quoted = re.findall(r"`([^`\n]+)`", prose(path.read_text(encoding="utf-8")))
    assert [text for text in quoted if is_missing(text)] == []


@document
def test_every_module_that_is_to_be_run_can_be_found(path: Path) -> None:
    modules = re.findall(r"python -m ([\w.]+)", path.read_text(encoding="utf-8"))
    assert [name for name in modules if importlib.util.find_spec(name.rstrip(".")) is None] == []


@document
def test_every_command_line_of_the_program_is_one_that_it_takes(path: Path) -> None:
    parser = build_parser()
    for line in re.findall(r"^    .*?python main\.py(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE):
        arguments = shlex.split(re.split(r"  +", line.strip())[0], comments=True)
        parser.parse_args(arguments)  # exits where it does not
        check_together(parser, arguments)


def test_links_and_paths_that_lead_nowhere_are_noticed() -> None:
    assert leads_nowhere("net/NOWHERE.md", README)
    assert leads_nowhere("net/PROTOCOL.md#nowhere", README)
    assert not leads_nowhere("net/PROTOCOL.md#6-limits", README)
    assert is_missing("net/wire/nowhere.py")
    assert is_missing("tests/nowhere")
    assert not is_missing("net/wire")
    assert not is_missing("and/or")


def test_the_documents_have_links_paths_and_commands_to_check() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    assert sum(len(links(path)) for path in DOCUMENTS) > 40
    assert len(re.findall(r"`[\w/]+\.py`", text)) > 40
    assert text.count("    python main.py") > 10


def test_the_readme_is_short_and_has_the_two_commands() -> None:
    text = README.read_text(encoding="utf-8")
    assert 110 <= len(text.splitlines()) <= 150
    assert "\npython -m pip install -e . && python main.py\n" in text
    assert '\npython -m pip install -e ".[dev]" && python -m pytest\n' in text


def test_the_readme_links_every_document() -> None:
    table = README.read_text(encoding="utf-8").partition("## Documents")[2]
    listed = {(ROOT / link).resolve() for link in re.findall(r"\]\(([^)]+)\)", table)}
    assert {path.resolve() for path in DOCUMENTS} - {README} == listed


def test_the_game_of_the_readme_is_whole_and_does_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    module = ModuleType("mygame")
    monkeypatch.setitem(sys.modules, "mygame", module)
    exec(block, module.__dict__)
    stage = Stage(module.GAME, parse_arena("\n".join(["#" * 20, *["#" + "." * 18 + "#"] * 8, "#" * 20])))
    ann, bob = stage.join("Ann", Conditions(latency=0.1)), stage.join("Bob")
    stage.settle()
    for direction in range(9):
        ann.controls.steer(direction)
        stage.run(30)
    with bob.play.world as world:
        entity = world.entity(ann.net_id)
        assert entity is not None
        assert esper.component_for_entity(entity, module.Footsteps).count > 5
    assert ann.joined.mirror.mismatches == bob.joined.mirror.mismatches == 0


@pytest.mark.parametrize(("module", "name", "value"), LIMITS, ids=[f"{module}.{name}" for module, name, _ in LIMITS])
def test_a_limit_of_the_table_is_what_the_code_says(module: str, name: str, value: str) -> None:
    assert getattr(importlib.import_module(module), name) == float(value.replace(",", ""))


def test_every_row_of_the_tables_of_limits_is_read() -> None:
    section = SECURITY.partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.startswith("| limit |")]
    assert len(rows) == len(LIMITS) == len(set(LIMITS)) > 50


def test_the_table_of_what_a_game_can_declare_is_complete() -> None:
    table = ARCHITECTURE.partition("| field | what it is |")[2].partition("\n\n")[0]
    listed = [name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])]
    assert {field.name for field in dataclasses.fields(Game)} - {"name", "title", "goal"} == set(listed)


def test_the_table_of_options_has_every_option_of_a_server_and_its_default() -> None:
    parser = build_parser()
    table = OPERATING.partition("| option | meaning |")[2].partition("\n\n")[0]
    listed = dict(re.findall(r"`(--[a-z-]+)(?: ([^`]*))?`", "".join(row.split(" | ")[0] for row in table.splitlines())))
    group = re.split(r"^serve:$", parser.format_help(), flags=re.MULTILINE)[1].partition("\n\n")[0]
    options = set(re.findall(r"^  (--[a-z-]+)", group, re.MULTILINE))
    assert options - {"--server"} <= set(listed)
    defaults = vars(parser.parse_args(["--server"]))
    stated = {option: value for option, value in listed.items() if value != value.upper() or value.isdigit()}
    assert len(stated) > 10
    for option, value in stated.items():
        default = defaults[option.removeprefix("--").replace("-", "_")]
        assert default == type(default)(value), option
