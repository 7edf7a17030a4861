/** v86's class for pages: what they import in the place of v86. */
import { V86Emulator } from '../../v86/emulator.ts';
import type { V86Host } from '../../v86/host.ts';
import type { V86Options } from '../../v86/types.ts';
import { Machine, openNetwork, openServerFolder } from '../index.ts';
import { openPage } from './view.ts';

const host: V86Host = {
  create: Machine.create,
  restore: Machine.restore,
  openNetwork,
  openServerFolder,
  isFile: () => false,
  readFile: (url) => Promise.reject(new Error(`a page has no files such as ${url}`)),
  openPage,
};

/** A machine with the options, methods and events of v86's class of this name; docs/v86.md has what differs. */
export class V86 extends V86Emulator {
  /** @throws ConfigurationError that names an option that cannot be, and says what to do */
  constructor(options: V86Options) {
    super(options, host);
  }
}

export * from '../../v86/public.ts';
