import type { Transport } from '../../driver/transport.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { suggestion } from '../../nearest-name.ts';
import type { NotificationTarget } from '../../target.ts';
import { LogDriver } from './log-driver.ts';
import { MessagingDriver } from './messaging-driver.ts';
import { NoopDriver } from './noop-driver.ts';
import type { NotifyDriver } from './notify-driver.ts';
import { RoutingDriver } from './routing-driver.ts';
import { compileRoutingRules, type RoutingRules } from './routing-rules.ts';
import type { TestDriver } from './test-driver.ts';

/** The drivers that there are by name, as oslo.messaging names them. */
export const notifyDriverNames = [
  'messagingv2',
  'messaging',
  'log',
  'noop',
  'test',
  'routing',
] as const;

/** One of {@link notifyDriverNames}. */
export type NotifyDriverName = (typeof notifyDriverNames)[number];

/** What drivers are made of. */
export interface DriverParts {
  readonly transport: Transport;
  readonly targets: readonly NotificationTarget[];
  readonly log: Log;
  /** A YAML file of rules, or the rules; for the driver `routing`. */
  readonly routing: string | URL | RoutingRules | undefined;
  /** Collects for the driver `test`. */
  readonly test: TestDriver;
}

/**
 * Makes the drivers of a notifier; one that is there already stays what it is.
 *
 * @throws {@link InvalidOptionError} for a name that none has, for what has no method `notify`, or for
 * wrong or missing routing rules.
 */
export function makeDrivers(
  wanted: readonly (NotifyDriverName | NotifyDriver)[],
  parts: DriverParts,
): readonly NotifyDriver[] {
  return wanted.map((one) => (typeof one === 'string' ? named(one, parts) : checked(one)));
}

function checked(driver: NotifyDriver | undefined): NotifyDriver {
  if (typeof driver?.notify === 'function') return driver;
  throw new InvalidOptionError('driver: what is no name must have the method notify');
}

function named(name: string, parts: DriverParts): NotifyDriver {
  const { transport, targets, log, routing, test } = parts;
  switch (name) {
    case 'messagingv2':
      return new MessagingDriver({ transport, targets, format: '2.0' });
    case 'messaging':
      return new MessagingDriver({ transport, targets, format: '1.0' });
    case 'log':
      return new LogDriver(log);
    case 'noop':
      return new NoopDriver();
    case 'test':
      return test;
    case 'routing':
      if (routing !== undefined) return routingDriver(routing, parts);
      throw new InvalidOptionError("driver 'routing' needs the option routing: its rules");
    default:
      throw new InvalidOptionError(
        `driver: there is no '${name}'${suggestion(name, notifyDriverNames)}`,
      );
  }
}

/** As in oslo.messaging, rules do not route to rules. */
function routingDriver(source: string | URL | RoutingRules, parts: DriverParts): RoutingDriver {
  const names = notifyDriverNames.filter((name) => name !== 'routing');
  const made = new Map(names.map((name) => [name, named(name, parts)]));
  return new RoutingDriver(compileRoutingRules(source, made));
}
