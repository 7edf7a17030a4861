import { awaitChannel, ConfigurationError, Machine, type MachineOptions } from '../index.ts';
import { readWhole } from '../node/files/read-file.ts';
import { placeText } from '../options/listen-address.ts';
import { isSnapshot, SnapshotError } from '../snapshot/layout.ts';
import { messageOf } from '../util/errors.ts';
import { announceWaiting } from './ps/announce.ts';

type Waits = (message: string) => Promise<void>;

/**
 * The machine that `-incoming` names: it is in a file, or another process sends it. That one may still be on its way then.
 * @param waits is called when others may send it, with what to tell the user
 * @throws ConfigurationError
 */
export async function comingMachine(uri: string, changes: Partial<MachineOptions>, waits: Waits): Promise<Machine> {
  return await machineFrom(uri, changes, waits).catch((error: unknown) => {
    throw error instanceof SnapshotError ? new ConfigurationError(`-incoming ${uri}: ${error.message}`) : error;
  });
}

async function machineFrom(uri: string, changes: Partial<MachineOptions>, waits: Waits): Promise<Machine> {
  const [, path] = /^file:(.+)$/s.exec(uri) ?? [];
  const file = path === undefined ? undefined : await fileOf(path);
  if (file && isSnapshot(file)) return await Machine.restore(file, changes);
  const { address, channel } = await awaitChannel(uri);
  if (address === undefined) return await Machine.receive(await channel, changes);
  using _announcement = announceWaiting(changes.name, address);
  await waits(`rawiron: waits for a machine at ${placeText(address)}`);
  return await Machine.receive(await channel, changes);
}

async function fileOf(path: string): Promise<Uint8Array> {
  return await readWhole(path).catch((error: unknown) => {
    throw new ConfigurationError(`-incoming: cannot read ${path}: ${messageOf(error)}`);
  });
}
