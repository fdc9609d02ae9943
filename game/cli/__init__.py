"""The command line: its options, which of them go together, and where passwords come from."""
