"""Has a thumbnail made of one image, by plain oslo.messaging: client.py IMAGE OUT"""
import base64
import os
import sys

from oslo_config import cfg
import oslo_messaging

url = os.environ.get('GREENROOM_TRANSPORT', 'rabbit://guest:guest@127.0.0.1:5672/')
topic = os.environ.get('THUMBNAILS_TOPIC', 'thumbnails')
transport = oslo_messaging.get_rpc_transport(cfg.CONF, url)
target = oslo_messaging.Target(topic=topic, namespace='images', version='1.2')
client = oslo_messaging.get_rpc_client(transport, target, timeout=30)

with open(sys.argv[1], 'rb') as file:
    image = base64.b64encode(file.read()).decode()
thumbnail = client.call({}, 'resize', image=image, width=200)
with open(sys.argv[2], 'wb') as file:
    file.write(base64.b64decode(thumbnail['image']))
print('{width} x {height} {format}'.format(**thumbnail))
