import { RabbitDriver } from '../../src/driver/rabbit/rabbit-driver.ts';
import { parseTransportUrl } from '../../src/driver/transport-url.ts';
import { silentLog } from '../../src/log.ts';
import { brokerUrl } from '../support/broker.ts';
import { describeDriverConformance } from './conformance.ts';

const makeDriver = async (): Promise<RabbitDriver> =>
  new RabbitDriver({
    url: parseTransportUrl(await brokerUrl()),
    controlExchange: 'openstack',
    log: silentLog,
  });

describeDriverConformance('rabbit', makeDriver, { requeueKeepsPlace: true });
