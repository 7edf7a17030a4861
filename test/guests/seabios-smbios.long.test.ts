import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { foundSmbios, haltingDisk } from '../support/smbios.ts';

/** Debian's package `seabios`, unmodified. */
const image = '/usr/share/seabios/bios-256k.bin';

test.skipIf(!existsSync(image))('SeaBIOS takes our SMBIOS tables, and adds what it is itself', async () => {
  await using machine = await Machine.create({
    ...{ memory: 32, boot: { bios: readFileSync(image) }, drives: [{ image: haltingDisk(), format: 'raw' }] },
    smbios: { system: { product: 'A machine' } },
  });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  const structures = (await foundSmbios(machine))!;
  expect(structures.map(({ type }) => type).sort((a, b) => a - b)).toEqual([0, 1, 3, 4, 16, 17, 19, 32, 127]);
  const textsOf = (type: number) => structures.find((one) => one.type === type)!.texts;
  expect([textsOf(0)[0], textsOf(1)[1]]).toEqual(['SeaBIOS', 'A machine']);
});
