"""Keeps a world on one side of the wire equal to the world on the other, by saying only what `step` could not tell.

The only part of `net` that knows components: `registry` names those that cross the wire, `publisher` is the sending
side, `mirror` the receiving one.
"""
