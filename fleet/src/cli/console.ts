import { FleetError } from '../error.ts';
import { FleetMachines } from '../machines/machines.ts';
import { connectorOf, type Flags, log, parsed, placeFlags, placeOf } from './settings.ts';

export const consoleFlags: Flags = {
  ...placeFlags,
  kept: { help: 'begins with the output that Redis still has' },
};

/** Ctrl-], as telnet has it. */
const LEAVE = 0x1d;

/** Joins the terminal and a machine's COM1, until Ctrl-]. */
export async function consoleCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, consoleFlags);
  const [name, ...more] = words.rest;
  if (name === undefined || more.length > 0) throw new FleetError('give console NAME');
  const place = placeOf(words);
  await using machines = new FleetMachines(connectorOf(place), place.store);
  await machines.check();
  await machines.wake(name);
  await using line = machines.console(name);
  const { stdin } = process;
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    log(`${name}; Ctrl-] ends the console, the machine runs on`);
  }
  const close = () => void line[Symbol.asyncDispose]();
  stdin.on('data', (bytes: Buffer) => {
    if (stdin.isTTY && bytes.includes(LEAVE)) return close();
    line.send(bytes).catch((error: Error) => log(error.message));
  });
  let last: number | undefined;
  for await (const { token, bytes, moved } of line.output(words.values.kept === true ? 'kept' : 'now')) {
    const isNext = last === undefined || token === last || (moved !== undefined && token === last + 1);
    if (!isNext) log(`${name} goes on from its last checkpoint`);
    last = token;
    process.stdout.write(bytes);
  }
  if (stdin.isTTY) stdin.setRawMode(false);
  stdin.unref();
  return 0;
}
