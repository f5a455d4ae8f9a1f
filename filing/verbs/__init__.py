"""The verbs: what each does, told in a screenful. `build.py` turns what they return into an exit code.

A room for each verb: `declare` says what its command line takes, `run` does it. The table is in `command_line`; where
Python keeps a verb's word for itself, the room is called after what it does. Rooms import late, so that `--help` and
`check` stay fast and work where Pango is missing.
"""
