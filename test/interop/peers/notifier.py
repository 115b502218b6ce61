"""An unmodified oslo.messaging notifier, for the interop tests.

usage: python3 notifier.py '{"url": ..., "topics": [...], "driver": "messagingv2", "publisher_id": ...}'

"options" and "log_level" as in peer.py. Prints {"event": "ready"}; for each line of stdin, which is
{"priority": "info", "ctxt": {...}, "event_type": ..., "payload": ..., "count": 1}, it notifies, "count"
times with the number as payload when that is given, and prints {"event": "sent"}.
"""

import json

import oslo_messaging

from peer import open_notification_transport, read_lines, read_settings, say


def main():
    settings = read_settings()
    lines = read_lines()
    transport = open_notification_transport(settings)
    notifier = oslo_messaging.Notifier(
        transport, publisher_id=settings.get('publisher_id'),
        driver=settings.get('driver', 'messagingv2'), topics=settings['topics'])
    say(event='ready')
    for line in lines:
        told = json.loads(line)
        notify = getattr(notifier, told.get('priority', 'info'))
        count = told.get('count')
        for number in range(1 if count is None else count):
            payload = told.get('payload') if count is None else number
            notify(told.get('ctxt', {}), told.get('event_type', 'test'), payload)
        say(event='sent')
    transport.cleanup()
    say(event='stopped')


if __name__ == '__main__':
    main()
