"""The client: predicts its own player, mirrors the others, draws. Knows nothing of the server's code.

Modules that draw are `app`, `menu`, `hud`, `sprites`, `theme` and `render_system`; all others run without a display,
which is what the bots do.
"""
