"""PROTOCOL.md as tests read it: its examples, its tables, its limits.

    python -m tests.net.protocol_md

writes this game's schema, its hash and the version where they stand, and the bytes of all examples anew, from the
messages that are stated below them.
"""

import re
from pathlib import Path
from typing import Any, Final

import net
from game.tag import TAG
from net.wire.codec import encode
from net.wire.framing import frame
from net.wire.messages import VERSION, FromClient, FromServer, Message, Refusal, Section

PATH: Final = Path(net.__file__).parent / "PROTOCOL.md"
TEXT: Final = PATH.read_text(encoding="utf-8")
NAMES: Final[dict[str, Any]] = {kind.__name__: kind for kind in (*FromClient.__args__, *FromServer.__args__)}
EXAMPLE: Final = re.compile(r"^```hex\n(.*?)^```\n\n= `(.*?)`$", re.DOTALL | re.MULTILINE)
EXAMPLES: Final[list[tuple[str, str]]] = EXAMPLE.findall(TEXT)
LINE: Final = 32  # bytes


def stated(text: str) -> Message:
    """The message that a line such as `Steer(tick=120, direction=3)` means."""
    message = eval(text, {"__builtins__": {}, "Refusal": Refusal, "Section": Section, **NAMES})
    assert type(message) in NAMES.values()
    return message  # type: ignore[no-any-return]


def examples(kind: type) -> list[Any]:
    """All examples of that message, in order."""
    return [message for message in (stated(text) for _, text in EXAMPLES) if type(message) is kind]


def table(header: str, section: str = "") -> list[list[str]]:
    """The rows below that header, the first one behind the section's beginning."""
    _, _, rest = TEXT[TEXT.index(section) :].partition(f"{header}\n")
    rows = rest.split("\n\n")[0].splitlines()[1:]
    assert rows, header
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def written_anew(text: str) -> str:
    """The document with the bytes of the messages that its examples state."""

    def block(found: re.Match[str]) -> str:
        parts = frame(encode(stated(found[2]))).hex(" ").split()
        lines = [" ".join(parts[at : at + LINE]) for at in range(0, len(parts), LINE)]
        return "\n".join(("```hex", *lines, "```", "", f"= `{found[2]}`"))

    return EXAMPLE.sub(block, text)


def main() -> None:
    """Write it, with this version, schema and its hash wherever they stand."""
    registry = TAG.registry()
    text = re.sub(r"(?<=schema_hash=')\w+(?=')|(?<=That of Tag is `)\w+(?=`)", registry.schema_hash, TEXT)
    text = re.sub(r"(?<=version=)\d+|(?<=^# The protocol, version )\d+", str(VERSION), text)
    text = re.sub(r"(?<=```schema\n).*?(?=\n```)", "\n".join(registry.schema), text, flags=re.DOTALL)
    PATH.write_text(written_anew(text), encoding="utf-8")


if __name__ == "__main__":
    main()
