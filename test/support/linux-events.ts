import type { LinuxShell } from './linux-shell.ts';

/** The number of the event device of what has this name. */
async function eventDevice(shell: LinuxShell, name: string): Promise<string> {
  const line = `awk '/^N:.*${name}/ { found = 1 } found && /^H:/ { print; exit }' /proc/bus/input/devices`;
  return /event\d+/.exec(await shell.run(line))![0];
}

/** Events that a device tells while something is done: type, code and value of each. */
export async function eventsOf(shell: LinuxShell, name: string, act: () => Promise<unknown>): Promise<number[][]> {
  const device = await eventDevice(shell, name);
  // In a subshell, so that the shell says nothing when it ends.
  await shell.run(`(cat /dev/input/${device} > /events &); sleep 0.5`);
  await act();
  await shell.run('sleep 0.5; killall cat');
  const words = await shell.run("od -An -v -w16 -t d4 /events | awk '{ print $3 % 65536, int($3 / 65536), $4 }'");
  return words
    .split('\n')
    .map((line) => line.split(' ').map(Number))
    .filter(([type]) => type !== 0);
}
