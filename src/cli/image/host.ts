import { nodeStorage } from '../../node/storage.ts';
import type { StorageHost } from '../../storage/open.ts';
import type { Values } from './arguments.ts';

/** The storage host that opens images read-only; with `-U` even while another program writes to them. */
export function readingHost({ 'force-share': isShared }: Values): StorageHost {
  const { peek } = nodeStorage;
  return isShared && peek ? { ...nodeStorage, open: (name) => peek(name) } : nodeStorage;
}
