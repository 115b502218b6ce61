"""An oslo.messaging RPC client that measures; bench/agent/client-main.mjs in Python.

usage: python3 client.py threading|eventlet
"""

from messaging import open_transport, target

import time

import oslo_messaging

from commands import obey, tell
from load import Count, Load, measure, summary

ARRIVAL_DEADLINE = 30


class Client:
    def start(self, osloUrl, topic, **others):
        self._transport = open_transport(osloUrl)
        # oslo.messaging 14.1 and later want this function; before, there is but the class.
        make = getattr(oslo_messaging, 'get_rpc_client', oslo_messaging.RPCClient)
        self._client = make(self._transport, target(topic))

    def burst(self, text, outstanding, ms, **others):
        load = Load(outstanding, self._calling('echo', {'text': text}, text))
        load.go_on(ms)
        load.stop()

    def run(self, type, **job):
        return {'calls': self._calls, 'casts': self._casts}[type](**job)

    def stop(self):
        self._transport.cleanup()

    def _calls(self, method, args, expected, **load):
        return measure(self._calling(method, args, expected), **load)

    def _calling(self, method, args, expected):
        def call():
            answer = self._client.call({}, method, **args)
            if answer != expected:
                raise ValueError(f'an answer is wrong: {str(answer)[:200]}')

        return call

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


client = Client()
obey({'start': client.start, 'burst': client.burst, 'run': client.run, 'stop': client.stop})
