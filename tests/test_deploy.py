"""assets/deploy: what one copies to run a server elsewhere fits the server that it is for."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from game.cli.arguments import build_parser
from game.cli.options import check_together
from game.server.metrics import ServerCollector
from net.server.stats import Stats
from net.server.tick_times import TickTimes
from tests.game.processes import PATIENCE, ROOT

DEPLOY = ROOT / "assets" / "deploy"
UNIT = DEPLOY / "pygame-networking.service"

# What only stands in for the container: its packages alone, and none of the project but what was copied.
CONTAINED = """
import runpy, sys
blocked, root, sys.argv = sys.argv[1].split(","), sys.argv[2], sys.argv[3:]
sys.path[:] = [""] + [path for path in sys.path if path not in ("", root)]
sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
sys.modules.update(dict.fromkeys(blocked))
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def instructions() -> list[tuple[str, str]]:
    """The Containerfile's, each with what follows it."""
    lines = [line for line in (DEPLOY / "Containerfile").read_text().splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def of(word: str) -> list[str]:
    return [rest for name, rest in instructions() if name == word]


def requirements() -> dict[str, str]:
    """What the project needs: name -> the requirement."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        needed = tomllib.load(file)["project"]["dependencies"]
    return {re.split("[<>=~! ]", text)[0]: text for text in needed}


def parsed(arguments: list[str]) -> None:
    """Raises SystemExit for what `main.py` would not take."""
    parser = build_parser()
    parser.parse_args(arguments)
    check_together(parser, arguments)


def test_every_metric_of_the_dashboard_is_exported_and_every_exported_one_is_in_it() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    used = set(re.findall(r"\bpgn_\w+", " ".join(asked)))
    times = TickTimes(["A"], 60, lambda: 0.0)
    families = {
        family.name: {sample.name for sample in family.samples}
        for family in ServerCollector(Stats(), times, lambda: 0).collect()
    }
    assert len(used) > 15
    assert used <= set().union(*families.values())
    assert [name for name, samples in families.items() if not samples & used] == []


def test_the_dashboard_is_one_that_a_grafana_could_draw() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
        for target in panel.get("targets", []):
            assert target["expr"].count("(") == target["expr"].count(")")
            assert '{instance=~"$instance"}' in target["expr"]
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {"datasource", "instance"}


def test_the_unit_starts_a_server_as_it_can_be_started_and_confines_it() -> None:
    settings = [line.partition("=")[::2] for line in UNIT.read_text().splitlines() if re.match(r"[A-Z]\w+=", line)]
    values = dict(settings)
    program, script, *arguments = shlex.split(values["ExecStart"])
    assert program.endswith("/bin/python")
    assert (ROOT / script).is_file()
    parsed(arguments)
    assert values["Restart"] == "on-failure"
    assert values["RestartPreventExitStatus"] == "2"  # what `serve` returns for what cannot be mended by trying again
    for name in ("DynamicUser", "NoNewPrivileges", "ProtectHome", "PrivateDevices", "RestrictNamespaces"):
        assert values[name] == "yes"
    assert values["ProtectSystem"] == "strict"
    assert int(values["LimitNOFILE"]) >= 4096


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_every_line_of_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    program = shlex.split(UNIT.read_text().partition("ExecStart=")[2])[0]
    unit.write_text(UNIT.read_text().replace(program, sys.executable))  # which must be there, and is not
    found = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert unit.name not in found.stderr  # not even a warning
    unit.write_text(unit.read_text().replace("NoNewPrivileges=yes", "NoNewPriviledges=yes"))
    wrong = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert "NoNewPriviledges" in wrong.stderr


def test_the_container_is_made_of_the_standard_image_and_of_what_the_project_needs() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    assert of("FROM") == ["python:3.13-slim"]
    assert re.findall(r"\w+://[^/\"']+", text) == ["http://127.0.0.1:9100"]  # nothing is fetched from elsewhere
    (run,) = of("RUN")
    wanted = [word for word in shlex.split(run)[4:] if not word.startswith("-")]
    assert len(wanted) == 4
    assert set(wanted) <= set(requirements().values())
    assert of("EXPOSE") == ["5000"]
    assert of("USER") == ["65534:65534"]


def test_a_server_runs_on_what_the_container_has_and_its_health_can_be_asked(tmp_path: Path) -> None:
    for rest in of("COPY"):
        *sources, target = shlex.split(rest)
        for source in sources:
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / target)
            else:
                (tmp_path / target).mkdir(exist_ok=True)
                shutil.copy(ROOT / source, tmp_path / target)
    (run,), (entry,), (health,) = of("RUN"), of("ENTRYPOINT"), of("HEALTHCHECK")
    installed = {re.split("[<>=]", word)[0] for word in shlex.split(run)}
    blocked = [name.replace("pygame-ce", "pygame") for name in requirements() if name not in installed]
    assert {"pygame", "pygame_gui"} <= set(blocked)
    python, *command = json.loads(entry)
    assert python == "python"
    parsed(command[1:])
    command[command.index("0.0.0.0:9100")] = "0"
    server = subprocess.Popen(
        [sys.executable, "-c", CONTAINED, ",".join(blocked), str(ROOT), *command, "--host", "127.0.0.1", "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert server.stdout is not None
        said = [server.stdout.readline() for _ in range(3)]
        assert said[0].startswith("listening on 127.0.0.1:"), said
        where = said[2].removeprefix("metrics at http://").partition("/")[0]
        python, *check = json.loads(health.partition("CMD ")[2])
        check = [word.replace("127.0.0.1:9100", where) for word in check]
        assert subprocess.run([sys.executable, *check], check=False, timeout=PATIENCE).returncode == 0
        server.terminate()
        assert server.wait(PATIENCE) == 0
    finally:
        server.kill()
        server.communicate()
