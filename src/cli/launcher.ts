/** The message to a process that waits for this one: it need not wait any longer. */
export const READY = 'ready';

/** Leaves in good order, as when a terminal hangs up. */
const hangUp = () => process.kill(process.pid, 'SIGHUP');

/**
 * Ends this process when the one that launched it has gone, however that one ended: the launcher of the command
 * (bin/rawiron.cjs), or who has set up what goes on in the background. They hold the other end of a channel of Node's.
 */
export function followLauncher(): void {
  process.once('disconnect', hangUp);
}

/** The launcher may go, if it has not yet: this process stays. */
export async function letLauncherGo(): Promise<void> {
  if (!process.connected) return;
  process.off('disconnect', hangUp);
  await new Promise((resolve) => process.send!(READY, resolve));
  process.disconnect!();
}
