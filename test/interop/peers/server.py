"""An unmodified oslo.messaging RPC server on threads, for the interop tests.

usage: python3 server.py '{"url": ..., "topic": ..., "server": ...}'

More settings: "exchange", "namespace" and "version" of the first endpoint (none and 1.5), "options"
and "log_level" (see peer.py). The second endpoint has the namespace "control" and version 2.1.

Prints {"event": "ready"} when its queues are bound, {"event": "note", "value": ...} for every
note(), and when stdin ends or says "stop" {"event": "stopped", "notes": [...]}.
"""

import threading
import time

import oslo_messaging
from oslo_messaging import rpc

from peer import open_transport, read_lines, read_settings, say
from peer_errors import QuotaExceeded
from peer_values import VALUES


class Endpoint:
    """The methods of both endpoints; they differ in their targets."""

    def __init__(self, server, label, target, notes):
        self.target = target
        self._server = server
        self._label = label
        self._notes = notes
        self._lock = threading.Lock()

    def echo(self, ctxt, value=None):
        return value

    def give(self, ctxt, name):
        """A value that a test can't send as it is."""
        return VALUES[name]

    def read(self, ctxt, value):
        """What Python has read."""
        return repr(value)

    def add(self, ctxt, a, b):
        return a + b

    def whoami(self, ctxt):
        return self._server

    def endpoint(self, ctxt):
        """Which of the two endpoints was picked."""
        return self._label

    def context(self, ctxt):
        return ctxt

    def fail(self, ctxt, kind, message):
        raise _failure(kind, message)

    @rpc.expected_exceptions(ValueError, KeyError)
    def fail_as_expected(self, ctxt, kind, message):
        raise _failure(kind, message)

    def note(self, ctxt, value=None):
        with self._lock:
            self._notes.append(value)
        say(event='note', value=value)

    def notes(self, ctxt):
        with self._lock:
            return list(self._notes)

    def slow(self, ctxt, seconds):
        time.sleep(seconds)
        return seconds

    def _private(self, ctxt):
        return 'never to be called from remote'


def _failure(kind, message):
    if kind == 'KeyError':
        return KeyError(message)
    if kind == 'QuotaExceeded':
        return QuotaExceeded(message, resource='cores', limit=8)
    return ValueError(message)


def main():
    settings = read_settings()
    lines = read_lines()
    name = settings['server']
    notes = []
    first = oslo_messaging.Target(
        namespace=settings.get('namespace'), version=settings.get('version', '1.5'))
    second = oslo_messaging.Target(namespace='control', version='2.1')
    transport = open_transport(settings)
    server = oslo_messaging.get_rpc_server(
        transport,
        oslo_messaging.Target(
            exchange=settings.get('exchange'), topic=settings['topic'], server=name),
        [Endpoint(name, 'main', first, notes), Endpoint(name, 'control', second, notes)],
        executor='threading')
    # start() returns when the queues are declared and bound: nothing sent from now on is lost.
    server.start()
    say(event='ready')
    for _ in lines:
        pass  # there is nothing to say to a server but "stop"
    server.stop()
    server.wait()
    transport.cleanup()
    say(event='stopped', notes=notes)


if __name__ == '__main__':
    main()
