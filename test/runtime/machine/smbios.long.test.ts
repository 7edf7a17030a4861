import { expect, test } from 'vitest';
import { smbiosImage } from '../../../runtime/firmware/smbios/index.ts';
import { Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';
import { foundSmbios as found, haltingDisk, structuresOf } from '../../support/smbios.ts';

const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const options: MachineOptions = {
  memory: 32,
  uuid,
  smbios: { bios: { vendor: 'Somebody', release: '3.7' }, system: { product: 'A machine', serial: '12 34' } },
};

test('structures have the lengths of the specification, and handles of their own', () => {
  const { tables, anchor } = smbiosImage({
    ...{ bios: {}, board: {}, oemStrings: ['a', 'a'] },
    ...{ cpuid: [0x6fb, 0], ram: [64 << 20, 64 << 20] },
  });
  const structures = structuresOf(tables);
  expect(structures.map(({ type, bytes }) => [type, bytes.length])).toEqual([
    ...[
      [0, 0x18],
      [1, 0x1b],
      [2, 0x0f],
      [3, 0x16],
      [4, 0x2a],
      [11, 5],
      [16, 0x17],
      [17, 0x28],
      [19, 0x1f],
      [19, 0x1f],
      [32, 0x0b],
      [127, 4],
    ],
  ]);
  expect(new Set(structures.map(({ handle }) => handle)).size).toBe(structures.length);
  expect([anchor.length, anchor[5]]).toEqual([0x1f, 0x1f]);
  const view = new DataView(anchor.buffer);
  expect([view.getUint16(0x16, true), view.getUint16(0x1c, true)]).toEqual([tables.length, structures.length]);
  const [memory] = structures.filter(({ type }) => type === 17);
  expect(memory!.bytes[0x0c]! | (memory!.bytes[0x0d]! << 8)).toBe(128);
});

test('all that the owner may say is where QEMU has it', () => {
  const { tables } = smbiosImage({
    ...{ cpuid: [0x6fb, 0], ram: [64 << 20, 0] },
    board: { serial: 'BS' },
    chassis: { serial: 'CS', asset: 'CA', sku: 'CK' },
    processor: {
      ...{ socket: 'SOCK', serial: 'PS', asset: 'PA', part: 'PP' },
      ...{ maxSpeed: 100, currentSpeed: 50, id: [0x55667788, 0x11223344] },
    },
    oemStrings: ['one', 'one'],
    memory: { locator: 'L', bank: 'B', serial: 'DS', asset: 'DA', part: 'DP', speed: 1000 },
  });
  const told = structuresOf(tables).map(({ type, handle, bytes, texts }) => [
    ...[type, handle],
    Buffer.from(bytes.subarray(4)).toString('hex'),
    texts.join('|').replaceAll('rawiron', 'QEMU').replaceAll('pc-i440fx', 'pc-i440fx-7.2'),
  ]);
  const product = 'Standard PC (i440FX + PIIX, 1996)';
  // Read from QEMU's memory, where these are given by -smbios.
  expect(told.filter(([type]) => [2, 3, 4, 11, 17].includes(type as number))).toEqual([
    [2, 0x200, '0102030400010000030a00', `QEMU|${product}|pc-i440fx-7.2|BS`],
    [3, 0x300, '010102030403030302000000000000000005', 'QEMU|pc-i440fx-7.2|CS|CA|CK'],
    [
      ...[4, 0x400, '01030102887766554433221103000000640032004101ffffffffffff04050601010102000100'],
      'SOCK 0|QEMU|pc-i440fx-7.2|PS|PA|PP',
    ],
    [11, 0xe00, '02', 'one|one'],
    [
      ...[17, 0x1100, '0010feffffffffff400009000102070200e803030405060000000000e803000000000000'],
      'L 0|B|QEMU|DS|DA|DP',
    ],
  ]);
});

test('texts that have no field are found by the guest, and saved', async () => {
  await using machine = await Machine.create({ ...options, boot: { demo: true }, smbios: { oemStrings: ['a=b'] } });
  await using copy = await Machine.restore(await machine.snapshot());
  await copy.reset();
  expect((await found(copy))!.find(({ type }) => type === 11)!.texts).toEqual(['a=b']);
});

/** A machine whose firmware has come to the boot sector. */
async function booted(more: MachineOptions = {}): Promise<Machine> {
  const machine = await Machine.create({ ...more, memory: 32, drives: [{ image: haltingDisk(), format: 'raw' }] });
  const halted = new Promise((resolve) => machine.once('halt', resolve));
  await machine.start();
  await halted;
  return machine;
}

test.each<[string, () => Promise<Machine>]>([
  ['our firmware', () => booted(options)],
  ['a kernel that is started directly', () => Machine.create({ ...options, boot: { demo: true } })],
])('with %s the guest finds what the owner has said', async (_what, make) => {
  await using machine = await make();
  const structures = (await found(machine))!;
  const [bios, system] = structures;
  expect(bios).toMatchObject({ type: 0, texts: ['Somebody', 'pc-i440fx', '04/01/2014'] });
  expect([bios!.bytes[0x14], bios!.bytes[0x15]]).toEqual([3, 7]);
  expect(system).toMatchObject({ type: 1, texts: ['rawiron', 'A machine', 'pc-i440fx', '12 34'] });
  const digits = [...system!.bytes.subarray(8, 24)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  expect(digits).toBe('33221100554477668899aabbccddeeff');
  expect(structures.at(-1)!.type).toBe(127);
});

test('our firmware tells what it is itself where the owner does not', async () => {
  await using machine = await booted();
  const structures = (await found(machine))!;
  expect(structures.map(({ type }) => type)).toEqual([0, 1, 3, 4, 16, 17, 19, 32, 127]);
  expect(structures[0]).toMatchObject({ texts: ['rawiron', '1', '01/01/2026'] });
  expect(structures[1]!.texts[1]).toBe('Standard PC (i440FX + PIIX, 1996)');
});

test('without firmware, and without a word of the owner, there are none; the UUID is zeros', async () => {
  await using machine = await Machine.create({ boot: { demo: true } });
  expect(await found(machine)).toBe(null);
  expect(await openMonitor(machine).execute('info uuid')).toBe('00000000-0000-0000-0000-000000000000\n');
});

test('the UUID is told by monitors', async () => {
  await using machine = await Machine.create({ boot: { demo: true }, uuid: uuid.toUpperCase() });
  expect(await openMonitor(machine).execute('info uuid')).toBe(`${uuid}\n`);
  expect(await openQmp(machine).execute('query-uuid')).toEqual({ UUID: uuid });
});

test.each<[MachineOptions, string]>([
  [{ uuid: '0011' }, "failed to parse UUID string '0011': wrong format"],
  [{ smbios: { slots: {} } as never }, "'slots'"],
  [{ smbios: { processor: { maxSpeed: 70_000 } } }, 'smbios.processor.maxSpeed is 70000'],
  [{ smbios: { processor: { id: [1] as never } } }, 'smbios.processor.id is'],
  [{ smbios: { oemStrings: [''] } }, 'smbios.oemStrings[0] must be ASCII, and not empty'],
  [{ smbios: { oemStrings: 'a' as never } }, 'smbios.oemStrings is'],
  [{ smbios: { oemStrings: Array.from({ length: 256 }, () => 'a') } }, 'smbios.oemStrings has 256 texts'],
  [{ smbios: { oemStrings: ['a'.repeat(1500)] } }, 'the SMBIOS tables have '],
  [{ smbios: { system: { colour: 'red' } as never } }, "'colour'"],
  [{ smbios: { system: { product: 'a\nb' } } }, 'smbios.system.product must be ASCII, of at most 64 characters'],
  [{ smbios: { bios: { release: 'new' } } }, "smbios.bios.release is 'new'; it is two numbers such as 1.2"],
])('%j is refused', async (wrong, message) => {
  await expect(Machine.create({ boot: { demo: true }, ...wrong })).rejects.toThrow(message);
});
