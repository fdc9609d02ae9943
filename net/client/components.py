"""The component that only a client has: where something is drawn. Never on the wire, so floats are welcome here."""

from dataclasses import dataclass


@dataclass(slots=True)
class Shown:
    """Where to draw a body's top left corner, in world units, and how much of that is an error that fades away."""

    x: float = 0.0
    y: float = 0.0
    error_x: float = 0.0
    error_y: float = 0.0
