export {
  findRabbitmqServer,
  PrivateBroker,
  type PrivateBrokerHost,
  type PrivateBrokerOptions,
  // biome-ignore lint/correctness/useImportExtensions: it would append the suffix of the .d.mts file
} from '../../scripts/rabbitmq.mjs';
