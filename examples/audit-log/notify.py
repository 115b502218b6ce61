"""Notifies of instances that come and go, by plain oslo.messaging: notify.py [COUNT]"""
import os
import sys

from oslo_config import cfg
import oslo_messaging

url = os.environ.get('GREENROOM_TRANSPORT', 'rabbit://guest:guest@127.0.0.1:5672/')
topic = os.environ.get('AUDIT_TOPIC', 'notifications')
transport = oslo_messaging.get_notification_transport(cfg.CONF, url)
notifier = oslo_messaging.Notifier(
    transport, publisher_id='compute.host1', driver='messagingv2', topics=[topic])

context = {'user_id': 'alice', 'auth_token': 'never sent'}
for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    payload = {'instance_id': number, 'state': 'active'}
    notifier.info(context, 'compute.instance.create.end', payload)
    notifier.info(context, 'volume.create.end', {'volume_id': number})
    notifier.audit(context, 'compute.instance.exists', payload)
notifier.error(context, 'compute.instance.update.error', {'reason': 'no valid host'})
transport.cleanup()
