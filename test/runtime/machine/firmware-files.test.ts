import { expect, test } from 'vitest';
import { acpiTables } from '../../../runtime/machine/acpi.ts';
import { isBoardFile } from '../../../runtime/machine/board-files.ts';
import type { FirmwareSettings, MachineConfig } from '../../../runtime/machine/config.ts';
import { firmwareFiles } from '../../../runtime/machine/firmware-files.ts';

const MB = 1 << 20;

function filesOf(
  firmware: FirmwareSettings = {},
  given: MachineConfig['firmwareFiles'] = {},
  memoryBelow4G = 64 * MB,
): Record<string, Uint8Array> {
  const config: MachineConfig = {
    memoryBytes: 96 * MB,
    memoryBelow4G,
    engine: 'interpreter',
    boot: { demo: true },
    rebootAction: 'exit',
    startTimeOfDay: 0,
    firmware,
    firmwareFiles: given,
  };
  const settings = { powerBase: 0xb000, pirqRoutes: [10, 10, 11, 11], apicIds: [0], present: [0] };
  const files = firmwareFiles(
    config,
    () => acpiTables(config, settings),
    () => [],
  );
  return Object.fromEntries(files.map(({ name, content }) => [name, content()]));
}

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const nameIn = (bytes: Uint8Array): string => textOf(bytes.subarray(0, bytes.indexOf(0)));

/** Does what firmware does with `etc/table-loader`; memory, and where the RSDP is. */
function load(files: Record<string, Uint8Array>): { memory: Uint8Array; rsdp: number } {
  const memory = new Uint8Array(0x40000);
  const view = new DataView(memory.buffer);
  const placed: Record<string, number> = {};
  let free = 0x1010;
  const script = files['etc/table-loader'];
  for (let at = 0; at < script.length; at += 128) {
    const command = new DataView(script.buffer, script.byteOffset + at, 128);
    const name = (place: number): string => nameIn(script.subarray(at + place));
    const base = placed[name(4)];
    switch (command.getUint32(0, true)) {
      case 1: {
        const alignment = command.getUint32(60, true);
        free = Math.ceil(free / alignment) * alignment;
        placed[name(4)] = free;
        memory.set(files[name(4)], free);
        free += files[name(4)].length;
        break;
      }
      case 2: {
        const place = base + command.getUint32(116, true);
        expect(command.getUint8(120)).toBe(4);
        view.setUint32(place, view.getUint32(place, true) + placed[name(60)], true);
        break;
      }
      case 3: {
        const [place, start, length] = [60, 64, 68].map((offset) => command.getUint32(offset, true));
        const sum = memory.subarray(base + start, base + start + length).reduce((total, byte) => total + byte, 0);
        memory[base + place] -= sum;
        break;
      }
      default:
        throw new Error('no such command');
    }
  }
  return { memory, rsdp: placed['etc/acpi/rsdp'] };
}

test('a table loader follows the script to tables whose pointers and sums are right', () => {
  const { memory, rsdp } = load(filesOf());
  const view = new DataView(memory.buffer);
  const word = (address: number): number => view.getUint32(address, true);
  const sum = (start: number, length: number): number =>
    memory.subarray(start, start + length).reduce((total, byte) => (total + byte) & 0xff, 0);
  const signature = (address: number): string => textOf(memory.subarray(address, address + 4));
  expect([textOf(memory.subarray(rsdp, rsdp + 8)), sum(rsdp, 20), rsdp % 16]).toEqual(['RSD PTR ', 0, 0]);
  const rsdt = word(rsdp + 16);
  const tables = Array.from({ length: (word(rsdt + 4) - 36) / 4 }, (_, n) => word(rsdt + 36 + 4 * n));
  const fadt = tables[0];
  const [facs, dsdt] = [word(fadt + 36), word(fadt + 40)];
  expect([rsdt, ...tables, facs, dsdt].map(signature)).toEqual(
    expect.arrayContaining(['RSDT', 'FACP', 'APIC', 'FACS', 'DSDT']),
  );
  const hpet = tables.find((table) => signature(table) === 'HPET')!;
  expect([word(hpet + 36), word(hpet + 44)]).toEqual([0x8086a201, 0xfed00000]);
  for (const table of [rsdt, ...tables, dsdt]) expect(sum(table, word(table + 4))).toBe(0);
  expect([word(fadt + 132), word(fadt + 140), facs % 64]).toEqual([facs, dsdt, 0]);
  expect(word(fadt + 56)).toBe(0xb000);
});

test('the memory map has RAM below and above 4 GB', () => {
  const bytes = filesOf()['etc/e820'];
  const view = new DataView(bytes.buffer);
  const entries = [0, 20].map((at) => [
    view.getBigUint64(at, true),
    view.getBigUint64(at + 8, true),
    view.getUint32(at + 16, true),
  ]);
  expect([bytes.length, ...entries]).toEqual([40, [0n, BigInt(64 * MB), 1], [2n ** 32n, BigInt(32 * MB), 1]]);
});

test('boot order and the time of the menu are there if they are asked for', () => {
  expect(Object.keys(filesOf())).not.toEqual(expect.arrayContaining(['bootorder']));
  const files = filesOf({ bootOrder: ['/a@1/b', '/rom@c'], bootMenuWait: 1000 });
  expect(textOf(files.bootorder)).toBe('/a@1/b\n/rom@c\0');
  expect([...files['etc/boot-menu-wait']]).toEqual([0xe8, 0x03]);
});

test('the names of all that the board tells are its own', () => {
  const names = Object.keys(filesOf({ bootOrder: ['/x'], bootMenuWait: 1 }));
  expect(names.filter((name) => !isBoardFile(name))).toEqual([]);
});

test('given files come after them, in the same order however they are given', () => {
  const [a, b] = [Uint8Array.of(1), Uint8Array.of(2)];
  for (const given of [
    { 'opt/a': a, 'opt/b': b },
    { 'opt/b': b, 'opt/a': a },
  ])
    expect(Object.entries(filesOf({}, given)).slice(-2)).toEqual([
      ['opt/a', a],
      ['opt/b', b],
    ]);
});

test('the tables take 128 KB of memory, and of little memory a 64th part', () => {
  expect(filesOf()['etc/acpi/tables'].length).toBe(128 << 10);
  expect(filesOf({}, {}, 4 * MB)['etc/acpi/tables'].length).toBe(64 << 10);
});
