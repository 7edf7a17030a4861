import { expect, test } from 'vitest';
import { smbiosImage } from '../../../runtime/firmware/smbios/index.ts';
import { Machine, type MachineOptions, openMonitor, openQmp } from '../../../src/index.ts';

const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const options: MachineOptions = {
  memory: 32,
  uuid,
  smbios: { bios: { vendor: 'Somebody', release: '3.7' }, system: { product: 'A machine', serial: '12 34' } },
};

interface Structure {
  readonly type: number;
  readonly handle: number;
  readonly bytes: Uint8Array;
  readonly texts: readonly string[];
}

/** Structures one after the other, each with its texts behind it. */
function structuresOf(tables: Uint8Array): Structure[] {
  const result: Structure[] = [];
  for (let at = 0; at < tables.length; ) {
    const [type, length] = [tables[at]!, tables[at + 1]!];
    let end = at + length;
    while (tables[end] !== 0 || tables[end + 1] !== 0) end++;
    const texts = new TextDecoder().decode(tables.subarray(at + length, end)).split('\0');
    const bytes = tables.subarray(at, at + length);
    result.push({ type, handle: bytes[2]! | (bytes[3]! << 8), bytes, texts });
    at = end + 2;
  }
  return result;
}

test('structures have the lengths of the specification, and handles of their own', () => {
  const { tables, anchor } = smbiosImage({ bios: {}, processor: [0x6fb, 0], memory: [64 << 20, 64 << 20] });
  const structures = structuresOf(tables);
  expect(structures.map(({ type, bytes }) => [type, bytes.length])).toEqual([
    ...[
      [0, 0x18],
      [1, 0x1b],
      [3, 0x16],
      [4, 0x2a],
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

/** What a system finds that looks for SMBIOS where PCs have it. */
async function found(machine: Machine): Promise<Structure[] | null> {
  const area = await machine.memoryRead(0xf0000, 0x10000);
  const text = (at: number, length: number) => String.fromCharCode(...area.subarray(at, at + length));
  const at = Array.from({ length: 0x1000 }, (_, n) => n * 16).find((place) => text(place, 4) === '_SM_');
  if (at === undefined) return null;
  const sum = (from: number, length: number) => area.subarray(from, from + length).reduce((a, b) => (a + b) & 0xff, 0);
  expect([text(at + 0x10, 5), sum(at, 0x1f), sum(at + 0x10, 0xf)]).toEqual(['_DMI_', 0, 0]);
  const view = new DataView(area.buffer, area.byteOffset + at);
  return structuresOf(await machine.memoryRead(view.getUint32(0x18, true), view.getUint16(0x16, true)));
}

/** A disk whose boot sector halts. */
function haltingDisk(): Uint8Array {
  const bytes = new Uint8Array(1 << 20);
  bytes.set([0xfa, 0xf4]);
  bytes.set([0x55, 0xaa], 510);
  return bytes;
}

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
  [{ smbios: { board: {} } as never }, "'board'"],
  [{ smbios: { system: { colour: 'red' } as never } }, "'colour'"],
  [{ smbios: { system: { product: 'a\nb' } } }, 'smbios.system.product must be ASCII, of at most 64 characters'],
  [{ smbios: { bios: { release: 'new' } } }, "smbios.bios.release is 'new'; it is two numbers such as 1.2"],
])('%j is refused', async (wrong, message) => {
  await expect(Machine.create({ boot: { demo: true }, ...wrong })).rejects.toThrow(message);
});
