"""What one frame tells, cell by cell: encoded once for all who see a cell, and joined once for all who see the same."""

import logging
from collections import defaultdict
from typing import TYPE_CHECKING

from net.codec import encode_section, join_sections
from net.framing import frame
from net.messages import Section

if TYPE_CHECKING:
    from net.replication.publisher import Publisher

log = logging.getLogger(__name__)

View = frozenset[int]  # the cells that somebody sees


class Sections(dict[int, Section]):
    """By cell; one that nobody has said anything about yet begins empty."""

    def __missing__(self, cell: int) -> Section:
        section = self[cell] = Section(cell)
        return section


class News:
    """What one frame tells, cell by cell; encoded when somebody first asks for it."""

    def __init__(self, publisher: "Publisher", tick: int) -> None:
        self.tick = tick
        self.sections = Sections()
        self.came: dict[tuple[int, int], list[int]] = {}  # (former cell, present cell) -> NetIDs, in ascending order
        self.always = False  # say something to everybody, if only that we live
        self.checked: frozenset[int] = frozenset()  # cells whose checksum is due
        self._publisher = publisher
        self._cells: frozenset[int] | None = None  # of which something is said; once the first has asked
        self._edges: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)  # present cell -> of `came`
        self._encoded: dict[int, bytes] = {}
        self._came: dict[tuple[int, int], bytes] = {}
        self._told: dict[View, bytes] = {}

    def told(self, view: View) -> bytes:
        """The frame for those who see these cells, as it goes onto the wire; empty where there is nothing to say.

        Inside `with world`, in the tick of the frame.
        """
        if self._cells is None:
            self._cells = frozenset(self.sections.keys() | self.checked)
            for edge in self.came:
                self._edges[edge[1]].append(edge)
        data = self._told.get(view)
        if data is None:
            parts = [self._section(cell) for cell in sorted(view & self._cells)]
            edges = [edge for cell in view & self._edges.keys() for edge in self._edges[cell] if edge[0] not in view]
            parts += map(self._arrivals, sorted(edges))
            data = frame(join_sections(self.tick, parts)) if parts or self.always else b""
            self._told[view] = data
        return data

    def _section(self, cell: int) -> bytes:
        data = self._encoded.get(cell)
        if data is None:
            section = self.sections[cell]
            if cell in self.checked:
                section.checksum = self._publisher.checksum(cell)
                log.debug("tick %d: checksum %08x of cell %d", self.tick, section.checksum, cell)
            data = self._encoded[cell] = encode_section(self.tick, section)
        return data

    def _arrivals(self, edge: tuple[int, int]) -> bytes:
        data = self._came.get(edge)
        if data is None:
            rows = [self._publisher.row(net_id) for net_id in self.came[edge]]
            data = self._came[edge] = encode_section(self.tick, Section(edge[1], spawned=rows))
        return data
