"""What one frame tells, cell by cell: encoded once for all who see a cell, and joined once for all who see the same."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Protocol, TypeVar

from net.wire.codec import begin_frame, encode_section, join_sections
from net.wire.framing import frame
from net.wire.messages import EntityRow, Private, Section

log = logging.getLogger(__name__)


class View(Protocol):
    """What somebody sees. To be equal is to see the same."""

    @property
    def cells(self) -> frozenset[int]:
        """The cells of it."""

    def __hash__(self) -> int:
        """As a key has it."""


V = TypeVar("V", bound=View)


class Sections(dict[int, Section]):
    """By cell; one that nobody has said anything about yet begins empty."""

    def __missing__(self, cell: int) -> Section:
        section = self[cell] = Section(cell)
        return section


class FrameBuilder:
    """What one frame tells, cell by cell; encoded when it is told."""

    def __init__(self, tick: int, row: Callable[[int], EntityRow], checksum: Callable[[int], int]) -> None:
        """`row` describes the entity of a NetID, and `checksum` is that of a cell, both as they are now."""
        self.tick = tick
        self.sections = Sections()
        self.came: dict[tuple[int, int], list[int]] = {}  # (former cell, present one) -> NetIDs; all in order
        self.private: list[tuple[int, Private]] = []  # NetID of a player -> what is told to them alone
        self.checked: Set[int] = frozenset()  # cells whose checksum is told
        self._row, self._checksum = row, checksum

    def told(self, watching: Mapping[int, Collection[V]], silent: Iterable[V]) -> dict[V, bytes]:
        """The frames, as they go onto the wire, of all views that there is news for, and of the `silent` ones.

        `watching`: cell -> the views that it is in. Inside `with world`, in the tick of the frame.
        """
        parts: defaultdict[V, list[bytes]] = defaultdict(list, {view: [] for view in silent})
        for cell in sorted(self.sections.keys() | self.checked):
            if views := watching.get(cell, ()):
                section = self._section(cell)
                for view in views:
                    parts[view].append(section)
        for former, present in self.came:
            if views := [view for view in watching.get(present, ()) if former not in view.cells]:
                arrivals = self._arrivals(former, present)
                for view in views:
                    parts[view].append(arrivals)
        begin = begin_frame(self.tick)
        return {view: frame(join_sections(begin, sections)) for view, sections in parts.items()}

    def _section(self, cell: int) -> bytes:
        section = self.sections[cell]
        if cell in self.checked:
            section.checksum = self._checksum(cell)
            log.debug("tick %d: checksum %08x of cell %d", self.tick, section.checksum, cell)
        return encode_section(self.tick, section)

    def _arrivals(self, former: int, present: int) -> bytes:
        rows = [self._row(net_id) for net_id in self.came[former, present]]
        return encode_section(self.tick, Section(present, spawned=rows))
