/**
 * Leaves a notification to itself: the notifier has logged what could not be sent, and what is told
 * of, a request or a line of a log, must not fail for it.
 */
export function tell(sent: Promise<void>): void {
  sent.catch(() => {});
}
