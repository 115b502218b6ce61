/** The priorities of notifications, in lower case, as the methods that get them are named. */
export const notificationPriorities = [
  'audit',
  'debug',
  'info',
  'warn',
  'error',
  'critical',
  'sample',
] as const;

/** One of {@link notificationPriorities}. */
export type NotificationMethod = (typeof notificationPriorities)[number];

/** Takes text for a priority; nothing if it is none. */
export function priorityOf(text: string): NotificationMethod | undefined {
  return notificationPriorities.find((priority) => priority === text);
}
