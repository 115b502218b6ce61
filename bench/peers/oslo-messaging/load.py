"""What keeps a client busy, and measures it; bench/agent/load.mjs and load-window.mjs in Python."""

import math
import threading
import time

from commands import tell

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


class Count:
    """Counts what threads do."""

    def __init__(self):
        self.value = 0
        self._lock = threading.Lock()

    def add(self):
        with self._lock:
            self.value += 1


def measure(operation, outstanding, warmUpMs, windowMs, **others):
    """Keeps so many under way, warmed up, then counts those that end in a window."""
    load = Load(outstanding, operation)
    load.go_on(warmUpMs)
    # A new list: each thread looks it up when it is done with a call.
    load.seconds = []
    tell('begin')
    elapsed = load.go_on(windowMs)
    measured, load.seconds = load.seconds, []
    tell('end')
    load.stop()
    return {'callsPerSecond': len(measured) / elapsed, **summary(measured)}


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
