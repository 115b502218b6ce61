import { MalformedMessage } from '../errors.ts';
import { decodeMsgpack, encodeMsgpack } from './msgpack.ts';
import { isRecord } from './record.ts';

const versionKey = 'greenroom.version';
/** To be raised when a peer of today could not read what is sent then. */
const version = 1;

/**
 * Writes a message as MessagePack: its keys as they are in JSON, and the version of this form, in one map.
 *
 * @throws TypeError when something in it has no form on the wire.
 */
export function packMessage(message: Record<string, unknown>): Buffer {
  return encodeMsgpack({ [versionKey]: version, ...message });
}

/**
 * Reads what {@link packMessage} wrote.
 *
 * @throws {@link MalformedMessage} that says what is wrong with the body.
 */
export function unpackMessage(body: Uint8Array, maxDepth: number): Record<string, unknown> {
  const value = decodeMsgpack(body, maxDepth);
  if (!isRecord(value) || !Object.hasOwn(value, versionKey)) {
    throw new MalformedMessage(`MessagePack is no message with a ${versionKey}`);
  }
  const { [versionKey]: sent, ...message } = value;
  if (sent !== version) throw new MalformedMessage(`${versionKey} is not ${version}`);
  return message;
}
