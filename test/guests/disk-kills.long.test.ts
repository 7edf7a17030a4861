import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { missingPrograms } from './boot/media.ts';
import { orReason } from './boot/packages.ts';
import { imagePrograms, inspectImage, labels } from './kills/images.ts';
import { Ledger } from './kills/ledger.ts';
import { KillRounds } from './kills/rounds.ts';

const ROUNDS = 3;
const folder = await mkdtemp(join(tmpdir(), 'rawiron-kills-'));
const rounds = new KillRounds(folder);
const reason = (await missingPrograms(...imagePrograms)) ?? (await orReason(() => rounds.prepare()));
afterAll(() => rm(folder, { recursive: true }));

test.skipIf(reason !== undefined)(
  `what was flushed is there after the emulator was killed ${reason ?? ''}`,
  { timeout: 1_200_000 },
  async () => {
    let flushes = 0;
    for (let round = 0; round < ROUNDS; round++) flushes += (await rounds.next()).flushes;
    expect(flushes).toBeGreaterThan(0);
    // What is found is not what another promise says.
    for (const label of labels) {
      const found = await inspectImage(folder, label);
      const ledger = new Ledger(label);
      ledger.take(`kept ${label} missing 0123 .`);
      expect(ledger.broken(found)).toEqual(['missing should be 0123 and is not there']);
    }
  },
);

test('a promise holds until its file is changed, and a file that was lost or came back is told', () => {
  const ledger = new Ledger('raw');
  for (const line of [
    'kept raw a 1 .',
    'kept raw b 2 .',
    'gone raw c .',
    'kept qcow2 d 4 .',
    'change raw b .',
    'gone raw a',
  ])
    ledger.take(line);
  expect([...ledger.promises]).toEqual([
    ['a', '1'],
    ['c', null],
  ]);
  expect(ledger.broken(new Map([['a', '1']]))).toEqual([]);
  const changed = { a: '7', c: '3' };
  expect(ledger.broken(new Map(Object.entries(changed)))).toEqual([
    'a should be 1 and is 7',
    'c should be gone and is 3',
  ]);
});
