import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { type InspectorAddress, knownSockets } from './address.ts';

/** Removes the socket of a machine that ended without doing so: nobody answers there. */
export async function removeStale(
  address: InspectorAddress | { readonly host: string; readonly port: number },
): Promise<void> {
  if (!('path' in address) || !lstatSync(address.path, { throwIfNoEntry: false })?.isSocket()) return;
  const code = await new Promise<string>((resolve) => {
    const probe = connect(address, () => {
      probe.destroy();
      resolve('');
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  if (code === 'ECONNREFUSED') rmSync(address.path, { force: true });
}

/** Removes the sockets of killed machines from the place where machines listen that were not told another. */
export async function removeStaleSockets(): Promise<void> {
  await Promise.all(knownSockets().map(removeStale));
}
