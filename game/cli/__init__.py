"""The command line: its options, which of them go together, and where passwords come from."""

__all__: list[str] = []  # nothing of it is for other programs
