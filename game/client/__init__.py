"""The client: predicts its own player, mirrors the others, draws. Knows nothing of the server's code.

Everything under `play` (one stay in one world) and `session` (from an address into one, and back) runs without a
display, which is what the bots do. What draws hangs under `app`: `window` holds the screens, `menu`, `connecting` and
`game_screen`; `render_system` draws the world, `hud` what lies over it.
"""
