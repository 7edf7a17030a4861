/** v86's class for programs in Node: what they import in the place of v86. */
import { readFile } from 'node:fs/promises';
import { Machine, openNetwork, openServerFolder } from '../index.ts';
import { V86Emulator } from '../v86/emulator.ts';
import type { V86Host } from '../v86/host.ts';
import { refusePage } from '../v86/page.ts';
import type { V86Options } from '../v86/types.ts';

const host: V86Host = {
  create: Machine.create,
  restore: Machine.restore,
  openNetwork,
  openServerFolder,
  isFile: (url) => !/^https?:/i.test(url),
  readFile: (path) => readFile(path),
  openPage: refusePage,
};

/** A machine with the options, methods and events of v86's class of this name; docs/v86.md has what differs. */
export class V86 extends V86Emulator {
  /** @throws ConfigurationError that names an option that cannot be, and says what to do */
  constructor(options: V86Options) {
    super(options, host);
  }
}

export * from '../v86/public.ts';
