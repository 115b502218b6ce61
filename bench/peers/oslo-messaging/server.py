"""An oslo.messaging RPC server that is measured.

usage: python3 server.py threading|eventlet
"""

from messaging import THREADING, open_transport, target

import threading

import oslo_messaging

from commands import obey


class Endpoint:
    """The methods of bench/peers/methods.mjs that Python is measured with."""

    def __init__(self):
        self._notes = 0
        self._lock = threading.Lock()

    def echo(self, ctxt, text):
        return text

    def note(self, ctxt, text):
        with self._lock:
            self._notes += 1

    def notes(self, ctxt):
        return self._notes


class Server:
    def start(self, osloUrl, topic, **others):
        transport = open_transport(osloUrl)
        self._server = oslo_messaging.get_rpc_server(
            transport, target(topic, server='bench'), [Endpoint()], executor=THREADING)
        self._server.start()

    def stop(self):
        self._server.stop()


server = Server()
obey({
    'start': server.start,
    'begin': lambda: None,
    'end': lambda: {},
    'stop': server.stop,
})
