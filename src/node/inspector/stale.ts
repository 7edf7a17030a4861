import { removeStale } from '../sockets/listen.ts';
import { knownSockets } from './address.ts';

/** Removes the sockets of killed machines from the place where machines listen that were not told another. */
export async function removeStaleSockets(): Promise<void> {
  await Promise.all(knownSockets().map(removeStale));
}
