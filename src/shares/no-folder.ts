import { Errno, FolderError } from '../ninep/errno.ts';
import type { Place, SharedFolder } from '../ninep/folder.ts';

const root: Place = { name: '', parent: null };

async function missing(): Promise<never> {
  throw new FolderError(Errno.noEntry, 'no folder is shared');
}

/** The folder behind a share that has none: it is empty. */
export const noFolder: SharedFolder = {
  root: () => root,
  retain() {},
  release() {},
  walk: missing,
  attributes: missing,
  open: missing,
  create: missing,
  makeDirectory: missing,
  makeSymbolicLink: missing,
  makeNode: missing,
  link: missing,
  readLink: missing,
  rename: missing,
  remove: missing,
  change: missing,
  statistics: missing,
  states: null,
  interrupt() {},
  settle: async () => {},
  close: async () => {},
};
