import { nodeStorage } from '../../node/storage.ts';
import type { StorageHost } from '../../storage/open.ts';
import type { Values } from './arguments.ts';

/** What opens images that are only read; with `-U` though somebody writes to them. */
export function readingHost({ 'force-share': isShared }: Values): StorageHost {
  const { peek } = nodeStorage;
  return isShared && peek ? { ...nodeStorage, open: (name) => peek(name) } : nodeStorage;
}
