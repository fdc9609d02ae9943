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
