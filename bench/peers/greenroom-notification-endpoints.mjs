/** What handles notifications here does as little as the reference. */
export class OneByOne {
  info(_context, _publisherId, _eventType, payload) {
    check(payload);
  }
}

/** The same for lists. */
export class Batches {
  info(batch) {
    for (const { payload } of batch) check(payload);
  }
}

function check(payload) {
  if (typeof payload.text !== 'string') throw new Error('that is no payload');
}
