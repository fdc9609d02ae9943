"""The layout's contracts: who may import whom."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_import_contracts_hold() -> None:
    # A program of its own: the linter sets up logging, and would switch all other loggers of this process off.
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    result = subprocess.run([sys.executable, "-c", linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_only_the_world_handle_switches_worlds() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("ecs", "net", "game")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "switch_world"
    }
    assert callers == {"ecs/world.py"}


def test_only_one_module_reads_the_clock() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for folder in ("ecs", "net", "game")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import) and any(name.name in ("time", "datetime") for name in node.names)
    }
    assert readers == {"net/io/walltime.py"}


def test_the_top_level_is_what_it_should_be() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    folders = {name for name in folders if not name.startswith((".", "build")) and not name.endswith(".egg-info")}
    assert folders == {"assets", "ecs", "game", "net", "tests"}


def imports() -> dict[str, set[str]]:
    """Each module of ours, and which of the others it imports: in functions and for types as well."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for folder in ("ecs", "net", "game")
        for path in (ROOT / folder).rglob("*.py")
    }
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
                parts = {f"{node.module}.{each.name}" for each in node.names}
                found[name] |= {part if part in modules else node.module for part in parts} & modules.keys()
            elif isinstance(node, ast.Import):
                found[name] |= {each.name for each in node.names} & modules.keys()
    return found


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Rings of modules, each from one of them round to itself."""
    rings: list[list[str]] = []
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            rings.append([*way[way.index(name) :], name])
        elif name not in done:
            for other in sorted(graph[name]):
                visit(other, [*way, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return rings


def test_no_module_imports_itself_by_way_of_others_not_even_for_types() -> None:
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == [["a", "b", "c", "a"]]
    graph = imports()
    assert sum(map(len, graph.values())) > 500
    assert [" -> ".join(ring) for ring in cycles(graph)] == []


def test_games_import_neither_each_other_nor_are_they_imported_but_by_the_one_list_of_them() -> None:
    games = {"tag", "snowball", "football"}
    for name, others in imports().items():
        of = {other.split(".")[1] for other in others if other.startswith("game.") and other.split(".")[1] in games}
        own = name.split(".")[1] if name.startswith("game.") else ""
        assert of <= ({own} if own in games else games if name == "game.games" else set()), name
