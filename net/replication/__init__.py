"""Keeps a world on one side of the wire equal to the world on the other, by saying only what `step` could not tell.

The only part of `net` that knows components: `registry` names those that cross the wire, `publisher` is the sending
side, `mirror` the receiving one.
"""

from net.replication.frame_builder import FrameBuilder
from net.replication.interest import Audience, Interest, View
from net.replication.mirror import Mirror
from net.replication.publisher import Publisher
from net.replication.registry import Registry, checksum, difference

__all__ = ["Audience", "FrameBuilder", "Interest", "Mirror", "Publisher", "Registry", "View", "checksum", "difference"]
