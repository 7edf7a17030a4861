import { expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { reportError, restoreError } from '../../../src/isolate/remote-calls.ts';
import { atOption, ConfigurationError, within } from '../../../src/util/errors.ts';

const refuse = (): never => {
  throw new ConfigurationError('it is wrong');
};

/** The error of an action. */
async function errorOf(act: () => unknown): Promise<Error & { option?: string }> {
  try {
    await act();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}

test('an error gets the places that it passes through on its way out, and its message stays', async () => {
  const nested = await errorOf(() => atOption('drives', () => atOption(1, () => atOption('format', refuse))));
  expect(nested).toMatchObject({ option: 'drives[1].format', message: 'it is wrong' });
  const later = await errorOf(() => atOption('boot', async () => await atOption('kernel', async () => refuse())));
  expect(later.option).toBe('boot.kernel');
  expect((await errorOf(() => atOption('firmwareFiles', () => atOption('opt/x', refuse)))).option).toBe(
    "firmwareFiles['opt/x']",
  );
  expect((await errorOf(refuse)).option).toBeUndefined();
});

test('a message that gets more words, and an error of another thread, keep the option', async () => {
  const error = await errorOf(() => within('here', () => atOption('memory', refuse)));
  expect(error).toMatchObject({ option: 'memory', message: 'here: it is wrong' });
  expect(restoreError(reportError(error))).toMatchObject({ name: 'ConfigurationError', option: 'memory' });
});

test('errors of other kinds pass unchanged', async () => {
  const error = new TypeError('a bug');
  expect(await errorOf(() => atOption('memory', () => Promise.reject(error)))).toBe(error);
  expect(error).not.toHaveProperty('option');
});

test('files that cannot be opened are told by their options', async () => {
  const boot = { demo: true } as const;
  const wrong = [
    [{ boot: { kernel: '/nowhere/kernel' } }, 'boot.kernel'],
    [{ boot: { bios: '/nowhere/bios' } }, 'boot.bios'],
    [{ boot, drives: [{ media: 'cdrom' }, '/nowhere/disk.img'] }, 'drives[1].image'],
    [{ boot, shares: [{ tag: 't', folder: '/nowhere' }] }, 'shares[0]'],
    [{ boot, network: [{ backend: { type: 'sockt' } }] }, 'network[0].backend'],
    [{ boot, memoryContents: [{ image: '/nowhere/bytes' }] }, 'memoryContents[0].image'],
  ] as const;
  for (const [options, option] of wrong) {
    const error = await errorOf(() => Machine.create(options as object));
    expect([error.message, error]).toEqual([
      error.message,
      expect.objectContaining({ name: 'ConfigurationError', option }),
    ]);
  }
});
