"""What the server and the client share: the transport, and JSON lines on stdout."""

import importlib
import json
import logging
import os
import queue
import sys
import tempfile
import threading
import time

from oslo_config import cfg
import oslo_messaging

# How many seconds a peer that was told to stop may take for it.
PATIENCE = 10

# Where newer versions keep options that they register on the global configuration only.
GLOBAL_OPTIONS = {
    'oslo_messaging_metrics': 'oslo_messaging._metrics.client',
    'oslo_messaging_tracing': 'oslo_messaging._tracing.client',
}

_stdout = threading.Lock()


def read_settings():
    """The settings of this peer: one JSON object in the first argument."""
    settings = json.loads(sys.argv[1])
    logging.basicConfig(stream=sys.stderr, level=settings.get('log_level', 'WARNING'))
    return settings


def say(**line):
    """Prints one JSON line; whole, whichever thread it comes from."""
    with _stdout:
        print(json.dumps(line, default=repr), flush=True)


def read_lines():
    """The lines of stdin, to be iterated over, until it ends or says "stop".

    They are read from now on and on a thread, so that a peer without its parent ends whatever it
    is doing: without a broker oslo.messaging tries to connect for ever, be it to start or to stop.
    """
    lines = queue.Queue()

    def read():
        for line in sys.stdin:
            if line.strip() == 'stop':
                break
            lines.put(line)
        lines.put(None)
        time.sleep(PATIENCE)
        os._exit(1)

    threading.Thread(target=read, daemon=True).start()
    return iter(lines.get, None)


def open_transport(settings):
    """An oslo.messaging transport with a configuration that nothing else shares.

    ``settings['options']`` holds oslo.messaging's own options by section, for example
    ``{'oslo_messaging_rabbit': {'heartbeat_timeout_threshold': 2}}``.
    """
    return oslo_messaging.get_rpc_transport(
        _read_conf(settings), settings['url'],
        allowed_remote_exmods=settings.get('allowed_remote_exmods', []))


def open_notification_transport(settings):
    """The same for notifications, for which oslo.messaging has a transport of its own."""
    return oslo_messaging.get_notification_transport(_read_conf(settings), settings['url'])


def _read_conf(settings):
    conf = cfg.ConfigOpts()
    with tempfile.NamedTemporaryFile('w', suffix='.conf') as file:
        for section, options in settings.get('options', {}).items():
            print(f'[{section}]', file=file)
            for name, value in options.items():
                print(f'{name} = {value}', file=file)
        file.flush()
        conf(['--config-file', file.name], project='greenroom-peer')
    _register_global_options(conf)
    return conf


def _register_global_options(conf):
    # oslo.messaging registers these on its global configuration only, and then looks for them
    # in ours when a call is sent. Versions that lack a module look for nothing of it.
    for group, module in GLOBAL_OPTIONS.items():
        try:
            options = getattr(importlib.import_module(module), group)
        except (ImportError, AttributeError):
            continue
        conf.register_opts(options, group=group)
    if 'oslo_messaging_metrics' in conf:
        # The thread that would send them holds up the end of the process this many seconds.
        conf.set_default('metrics_thread_stop_timeout', 0, group='oslo_messaging_metrics')
