/** What a method that gets notifications may return. */
export const NotificationResult = {
  /** It is done with, as for anything but `REQUEUE` that is returned. */
  HANDLED: 'handled',
  /** It is to come again, here or elsewhere, if the listener allows that. */
  REQUEUE: 'requeue',
} as const;

/** One of {@link NotificationResult}. */
export type NotificationResult = (typeof NotificationResult)[keyof typeof NotificationResult];
