"""An oslo.messaging notification listener that is measured; bench/agent/listener-main.mjs in Python.

usage: python3 listener.py threading|eventlet
"""

from messaging import THREADING, open_notification_transport

import threading
import time

import oslo_messaging

from commands import obey


class Endpoint:
    """Counts what it gets, one by one or in lists."""

    def __init__(self):
        self.handled = 0
        self._lock = threading.Lock()

    def _add(self, payloads):
        if not all(isinstance(payload['text'], str) for payload in payloads):
            raise ValueError('that is no payload')
        with self._lock:
            self.handled += len(payloads)


class OneByOne(Endpoint):
    def info(self, ctxt, publisher_id, event_type, payload, metadata):
        self._add([payload])


class Batches(Endpoint):
    def info(self, messages):
        self._add([message['payload'] for message in messages])


class Listener:
    def start(self, osloUrl, topic, batchSize=None, **others):
        self._transport = open_notification_transport(osloUrl)
        targets = [oslo_messaging.Target(topic=f'{topic}.0')]
        if batchSize is None:
            self._endpoint = OneByOne()
            self._listener = oslo_messaging.get_notification_listener(
                self._transport, targets, [self._endpoint], executor=THREADING)
        else:
            self._endpoint = Batches()
            self._listener = oslo_messaging.get_batch_notification_listener(
                self._transport, targets, [self._endpoint], executor=THREADING,
                batch_size=batchSize, batch_timeout=1)

    def listen(self):
        self._listener.start()

    def begin(self):
        self._handled = self._endpoint.handled
        self._at = time.perf_counter()

    def end(self):
        seconds = time.perf_counter() - self._at
        rate = (self._endpoint.handled - self._handled) / seconds
        ms = 1000 * 1000 / rate
        return {'callsPerSecond': rate, 'p50Ms': ms, 'p90Ms': ms, 'p99Ms': ms, 'maxMs': ms}


listener = Listener()
obey({
    'start': listener.start,
    'listen': listener.listen,
    'begin': listener.begin,
    'end': listener.end,
    # It ends without waiting for what it has taken, which is given back.
    'stop': lambda: None,
})
