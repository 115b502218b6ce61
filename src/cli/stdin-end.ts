/**
 * Has SIGTERM sent to this process when its stdin ends: which a pipe does when the process at its other
 * end dies, however it died.
 */
export function terminateWhenStdinEnds(): void {
  const { stdin } = process;
  const terminate = (): void => void process.kill(process.pid, 'SIGTERM');
  stdin.once('end', terminate).once('error', terminate).resume();
  // It must not keep the process alive; a file, which ends at once, can't.
  if ('unref' in stdin) stdin.unref();
}
