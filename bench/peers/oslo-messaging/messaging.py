"""What client and server share: oslo.messaging as it comes, with threads or with eventlet's."""

import sys

THREADING = sys.argv[1]

if THREADING == 'eventlet':
    import eventlet
    # First of all: what is imported later takes the patched modules.
    eventlet.monkey_patch()

from oslo_config import cfg  # noqa: E402
import oslo_messaging  # noqa: E402


def open_transport(url):
    cfg.CONF([], project='greenroom-bench')
    return oslo_messaging.get_rpc_transport(cfg.CONF, url)


def open_notification_transport(url):
    cfg.CONF([], project='greenroom-bench')
    return oslo_messaging.get_notification_transport(cfg.CONF, url)


def target(topic, server=None):
    return oslo_messaging.Target(topic=f'{topic}.0', server=server)
