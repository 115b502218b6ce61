"""An oslo.messaging RPC client that measures; bench/agent/client-main.mjs in Python.

usage: python3 client.py threading|eventlet
"""

from messaging import open_transport, target

import math
import threading
import time

import oslo_messaging

from commands import obey, tell

ARRIVAL_DEADLINE = 30
PERCENTILES = [10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100]


class Load:
    """Keeps a number of operations under way, each on a thread."""

    def __init__(self, outstanding, operation):
        self.seconds = []
        self._operation = operation
        self._stopping = False
        self._failure = None
        self._threads = [threading.Thread(target=self._call_on) for _ in range(outstanding)]
        for thread in self._threads:
            thread.start()

    def go_on(self, ms):
        """Goes on for a while; the seconds that it was really."""
        started_at = time.perf_counter()
        time.sleep(ms / 1000)
        self._raise()
        return time.perf_counter() - started_at

    def stop(self):
        self._stopping = True
        for thread in self._threads:
            thread.join()
        self._raise()

    def _raise(self):
        if self._failure is not None:
            raise self._failure

    def _call_on(self):
        while not self._stopping and self._failure is None:
            started_at = time.perf_counter()
            try:
                self._operation()
            except Exception as error:
                self._failure = error
                return
            self.seconds.append(time.perf_counter() - started_at)


class Client:
    def start(self, osloUrl, topic, **others):
        self._transport = open_transport(osloUrl)
        # oslo.messaging 14.1 and later want this function; before, there is but the class.
        make = getattr(oslo_messaging, 'get_rpc_client', oslo_messaging.RPCClient)
        self._client = make(self._transport, target(topic))

    def run(self, type, **job):
        return {'calls': self._calls, 'casts': self._casts}[type](**job)

    def stop(self):
        self._transport.cleanup()

    def _calls(self, method, args, expected, outstanding, warmUpMs, windowMs, **others):
        def call():
            answer = self._client.call({}, method, **args)
            if answer != expected:
                raise ValueError(f'an answer is wrong: {str(answer)[:200]}')

        load = Load(outstanding, call)
        load.go_on(warmUpMs)
        # A new list: each thread looks it up when it is done with a call.
        load.seconds = []
        tell('begin')
        elapsed = load.go_on(windowMs)
        measured, load.seconds = load.seconds, []
        tell('end')
        load.stop()
        return {'callsPerSecond': len(measured) / elapsed, **summary(measured)}

    def _casts(self, args, outstanding, warmUpMs, windowMs, **others):
        count = Count()
        before = self._client.call({}, 'notes')

        def cast():
            count.add()
            self._client.cast({}, 'note', **args)

        warm_up = Load(outstanding, cast)
        warm_up.go_on(warmUpMs)
        warm_up.stop()
        self._arrived(before + count.value)
        warm = count.value
        tell('begin')
        started_at = time.perf_counter()
        load = Load(outstanding, cast)
        load.go_on(windowMs)
        load.stop()
        self._arrived(before + count.value)
        elapsed = time.perf_counter() - started_at
        tell('end')
        return {'callsPerSecond': (count.value - warm) / elapsed, **summary(load.seconds)}

    def _arrived(self, expected):
        give_up_at = time.monotonic() + ARRIVAL_DEADLINE
        while True:
            notes = self._client.call({}, 'notes')
            if notes == expected:
                return
            if notes > expected or time.monotonic() > give_up_at:
                raise ValueError(f'the server got {notes} casts of {expected}')
            time.sleep(0.005)


class Count:
    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def add(self):
        with self._lock:
            self.value += 1


def summary(seconds):
    """The times of calls as a round of the result has them."""
    ordered = sorted(seconds)

    def percentile(percent):
        return 1000 * ordered[math.ceil(percent / 100 * len(ordered)) - 1]

    return {
        'p50Ms': percentile(50),
        'p90Ms': percentile(90),
        'p99Ms': percentile(99),
        'maxMs': percentile(100),
        'curve': [[percent, percentile(percent)] for percent in PERCENTILES],
    }


client = Client()
obey({'start': client.start, 'run': client.run, 'stop': client.stop})
