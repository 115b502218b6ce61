/** Puts a message, as JSON text of any kind, into the envelope as a peer writes it. */
export function sealEnvelope(message: string): Buffer {
  return Buffer.from(JSON.stringify({ 'oslo.version': '2.0', 'oslo.message': message }));
}
