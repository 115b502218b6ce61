"""What oslo.messaging's notifier decides, for the interop tests; sends nothing.

usage: python3 notifier_rules.py '{"routing": "<YAML>", "events": [["compute.create", "info"]],
                                  "contexts": [{...}]}'

Prints {"event": "ready", "drivers": [[...] for each event], "contexts": [{...} for each context]};
"contexts" is null for versions of oslo.messaging that send no context of a plain dict.
"""

import sys

from oslo_messaging.notify import _impl_routing, notifier
import yaml

from peer import read_settings, say


def main():
    settings = read_settings()
    driver = _impl_routing.RoutingDriver(None, [], None)
    groups = yaml.safe_load(settings['routing'])

    def accepted(event_type, priority):
        names = set()
        for group in groups.values():
            names.update(driver._get_drivers_for_message(group, event_type, priority))
        return sorted(names)

    sanitize = getattr(notifier, '_sanitize_context', None)
    takes_dicts = sanitize is not None and sanitize({'user_id': 'anyone'})
    contexts = [sanitize(context) for context in settings['contexts']] if takes_dicts else None
    say(event='ready', contexts=contexts,
        drivers=[accepted(*event) for event in settings['events']])
    sys.stdin.read()


if __name__ == '__main__':
    main()
