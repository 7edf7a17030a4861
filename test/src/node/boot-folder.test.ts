import { expect, test } from 'vitest';
import { openNetwork } from '../../../src/node/network/index.ts';

test.each([
  ['/nowhere/boot', 'cannot share the folder /nowhere/boot: no such file or directory'],
  [import.meta.filename, `cannot share the folder ${import.meta.filename}: not a directory`],
])('what TFTP gives away must be a folder: %s', async (tftp, message) => {
  await expect(openNetwork({ type: 'user', tftp })).rejects.toThrow(message);
});
