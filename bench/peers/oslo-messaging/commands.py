"""How a process that is measured is told what to do; bench/agent/commands.mjs in Python.

A JSON object a line on stdin, answered on file descriptor 3. It ends when stdin does.
"""

import json
import os
import select
import sys
import traceback

_ANSWERS = 3


def tell(event):
    """Tells the benchmark something while a command runs."""
    _say(event=event)


def obey(commands):
    """Obeys commands, by name and one after the other; "stop" is for the end of stdin."""
    for line in _lines():
        parameters = json.loads(line)
        command = commands[parameters.pop('command')]
        try:
            _say(done=command(**parameters))
        except Exception:
            _say(failed=traceback.format_exc())
    commands['stop']()
    # Threads that wait for the broker, or for ever, are not waited for.
    os._exit(0)


def _lines():
    rest = b''
    while True:
        # Unlike read(), this lets green threads go on when eventlet has patched it; which takes the
        # number 0 for nothing at all.
        select.select([sys.stdin], [], [])
        chunk = os.read(0, 65536)
        if not chunk:
            return
        *lines, rest = (rest + chunk).split(b'\n')
        yield from lines


def _say(**answer):
    os.write(_ANSWERS, json.dumps(answer).encode() + b'\n')
