"""An oslo.messaging notifier that measures; bench/agent/notifying.mjs in Python.

usage: python3 notifier.py threading|eventlet
"""

from messaging import open_notification_transport

import kombu
import oslo_messaging

from commands import obey
from load import Count, measure


class Client:
    def start(self, osloUrl, amqpUrl, topic, **others):
        self._transport = open_notification_transport(osloUrl)
        self._notifier = oslo_messaging.Notifier(
            self._transport, driver='messagingv2', publisher_id='bench.host1', topics=[f'{topic}.0'])
        self._amqp_url = amqpUrl
        self._queue = f'{topic}.0.info'

    def run(self, type, text, **load):
        confirmed = Count()

        def notify():
            self._notifier.info({}, 'bench.event', {'text': text})
            confirmed.add()

        figures = measure(notify, **load)
        waiting = self._waiting()
        # What it could not send is but a line in its log.
        if waiting != confirmed.value:
            raise ValueError(f'{waiting} notifications wait, and {confirmed.value} were confirmed')
        return figures

    def stop(self):
        self._transport.cleanup()

    def _waiting(self):
        with kombu.Connection(self._amqp_url) as connection:
            declared = connection.default_channel.queue_declare(self._queue, passive=True)
            return declared.message_count


client = Client()
obey({'start': client.start, 'run': client.run, 'stop': client.stop})
