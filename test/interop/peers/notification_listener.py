"""An unmodified oslo.messaging notification listener on threads, for the interop tests.

usage: python3 notification_listener.py '{"url": ..., "targets": [{"topic": ..., "exchange": ...}]}'

More settings: "batch" ({"size": 10, "timeout": 1}) for a batch listener, "pool", "priorities" (all
unless told), "options" and "log_level" (see peer.py).

Prints {"event": "ready"} when its queues are bound, {"event": "notifications", "priority": ...,
"messages": [...]} for what an endpoint gets at once, which is one message without "batch", and
{"event": "stopped"} when stdin has ended.
"""

import oslo_messaging

from peer import open_notification_transport, read_lines, read_settings, say

PRIORITIES = ('audit', 'debug', 'info', 'warn', 'error', 'critical', 'sample')


def one_by_one(priority):
    """A method of an endpoint for one priority."""
    def method(self, ctxt, publisher_id, event_type, payload, metadata):
        say(event='notifications', priority=priority, messages=[
            {'ctxt': ctxt, 'publisher_id': publisher_id, 'event_type': event_type,
             'payload': payload, 'metadata': metadata}])
    return method


def in_batches(priority):
    """The same for a batch listener."""
    def method(self, messages):
        say(event='notifications', priority=priority, messages=messages)
    return method


def main():
    settings = read_settings()
    lines = read_lines()
    batch = settings.get('batch')
    make = in_batches if batch else one_by_one
    methods = {name: make(name) for name in settings.get('priorities', PRIORITIES)}
    endpoint = type('Endpoint', (), methods)()
    targets = [oslo_messaging.Target(**target) for target in settings['targets']]
    transport = open_notification_transport(settings)
    common = {'executor': 'threading', 'pool': settings.get('pool')}
    if batch:
        listener = oslo_messaging.get_batch_notification_listener(
            transport, targets, [endpoint], batch_size=batch['size'],
            batch_timeout=batch['timeout'], **common)
    else:
        listener = oslo_messaging.get_notification_listener(
            transport, targets, [endpoint], **common)
    # start() returns when the queues are declared and bound.
    listener.start()
    say(event='ready')
    for _ in lines:
        pass  # there is nothing to say to a listener but "stop"
    listener.stop()
    listener.wait()
    transport.cleanup()
    say(event='stopped')


if __name__ == '__main__':
    main()
