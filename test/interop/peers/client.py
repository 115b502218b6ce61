"""An unmodified oslo.messaging RPC client that does what it is told, for the interop tests.

usage: python3 client.py '{"url": ...}'

More settings: "allowed_remote_exmods", "options" and "log_level" (see peer.py).

Reads one command a line from stdin and answers each with a line of the same "id", in the order in
which they end; prints {"event": "ready"} first and {"event": "stopped"} when stdin has ended.

    {"id": 1, "op": "call", "target": {"topic": "t", "version": "1.1"}, "method": "add",
     "args": {"a": 1, "b": 2}, "ctxt": {}, "timeout": 5, "call_monitor_timeout": 1}
    {"id": 1, "ok": true, "result": 3, "ms": 4.2}

With "value", the method's argument of that name is the one of peer_values.py that is called so; with
"repr" the result is Python's repr() of what the method returned, for what JSON can't show.

"cast" takes the same. "calls" makes "count" calls from "concurrency" threads, each with a number
of its own as the argument that "argument" names ("value" unless told), which the method has to
return; its result is {"matched": n, "mismatched": n, "errors": {"MessagingTimeout": n}}.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
import json
import time

import oslo_messaging

from peer import open_transport, read_lines, read_settings, say
from peer_values import VALUES

PREPARED = ('timeout', 'call_monitor_timeout', 'retry')


class Client:
    """Turns commands into calls on one transport."""

    def __init__(self, transport):
        self._transport = transport

    def answer(self, command):
        """Does what a command says and prints what came of it, whatever that is."""
        started = time.monotonic()
        try:
            outcome = {'ok': True, 'result': self._do(command)}
        except Exception as error:  # the test decides what is a failure
            outcome = {'ok': False, 'error': describe(error)}
        say(id=command.get('id'), **outcome, ms=round((time.monotonic() - started) * 1000, 3))

    def _do(self, command):
        operation = {'call': self._call, 'cast': self._cast, 'calls': self._calls}[command['op']]
        return operation(self._prepare(command), command.get('ctxt', {}), command)

    def _prepare(self, command):
        # get_rpc_client() came with oslo.messaging 14.1; before it, the class is what is called.
        make = getattr(oslo_messaging, 'get_rpc_client', oslo_messaging.RPCClient)
        client = make(self._transport, oslo_messaging.Target(**command['target']))
        return client.prepare(**{key: command[key] for key in PREPARED if key in command})

    @staticmethod
    def _call(client, ctxt, command):
        args = dict(command.get('args', {}))
        if 'value' in command:
            args['value'] = VALUES[command['value']]
        result = client.call(ctxt, command['method'], **args)
        return repr(result) if command.get('repr') else result

    @staticmethod
    def _cast(client, ctxt, command):
        return client.cast(ctxt, command['method'], **command.get('args', {}))

    @staticmethod
    def _calls(client, ctxt, command):
        argument = command.get('argument', 'value')

        def one(number):
            args = {**command.get('args', {}), argument: number}
            try:
                answer = client.call(ctxt, command['method'], **args)
            except Exception as error:
                return type(error).__name__
            return 'matched' if answer == number else 'mismatched'

        with ThreadPoolExecutor(command.get('concurrency', 10)) as threads:
            outcomes = Counter(threads.map(one, range(command['count'])))
        return {
            'matched': outcomes.pop('matched', 0),
            'mismatched': outcomes.pop('mismatched', 0),
            'errors': outcomes,
        }


def describe(error):
    """What a caller in Python sees of an exception."""
    description = {
        'class': type(error).__name__,
        'module': type(error).__module__,
        'message': str(error),
        'args': list(error.args),
        'isinstance': [f'{base.__module__}.{base.__name__}' for base in type(error).__mro__],
    }
    if isinstance(error, oslo_messaging.RemoteError):
        description.update(
            exc_type=error.exc_type, value=error.value, traceback=error.traceback)
    if hasattr(error, 'kwargs'):
        description['kwargs'] = error.kwargs
    return description


def main():
    settings = read_settings()
    lines = read_lines()
    transport = open_transport(settings)
    client = Client(transport)
    say(event='ready')
    # Each command has a thread, so that one that waits does not hold up the next.
    with ThreadPoolExecutor(64) as threads:
        for line in lines:
            if line.strip():
                threads.submit(client.answer, json.loads(line))
    transport.cleanup()
    say(event='stopped')


if __name__ == '__main__':
    main()
