import { expect, test } from 'vitest';
import { findLinux } from '../support/linux-shell.ts';
import { parse } from './lockstep-linux.ts';

const found = await findLinux();

test.skipIf(typeof found === 'string')(
  'the engines agree on the first part of a Linux boot (the whole: npm run oracle -- lockstep-linux)',
  async () => {
    const run = parse(['--instructions', '3e8', '--threshold', '50', '--step', '5e4']);
    expect(await run()).toEqual({ passed: 6000, failed: 0 });
  },
  600_000,
);
