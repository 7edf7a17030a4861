import { expect, test } from 'vitest';
import type { FirmwareFile } from '../../../runtime/devices/fw-cfg/directory.ts';
import { FwCfg } from '../../../runtime/devices/fw-cfg/index.ts';
import type { BusMemory } from '../../../runtime/memory/bus-memory.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const [SELECT, DATA, DMA] = [0x510, 0x511, 0x514];
const READ_SELECTED = 0x0a;
const [ERROR, READ, SKIP, SELECT_BIT, WRITE] = [1, 2, 4, 8, 16];
const DIRECTORY = 0x19;
/** Where the tests have their DMA access, and what it reads. */
const [ACCESS, TARGET] = [0x100, 0x200];

class FwCfgRig extends Rig {
  readonly ram = new Uint8Array(0x1000);
  readonly memory: BusMemory = {
    has: () => true,
    read: (address, target) => target.set(this.ram.subarray(address, address + target.length)),
    write: (address, bytes) => {
      if (address < this.ram.length) this.ram.set(bytes.subarray(0, this.ram.length - address), address);
    },
  };
  readonly fwCfg: FwCfg;

  constructor(files: readonly FirmwareFile[] = [], bootMenu = false) {
    super();
    this.fwCfg = new FwCfg({
      ports: this.ports,
      memory: this.memory,
      apicIds: [0],
      processors: () => 1,
      ramBytes: 5 * 2 ** 32 + 0x8000000,
      bootMenu,
      serialConsole: false,
      files,
    });
  }

  item(key: number, length: number): number[] {
    this.ports.write(SELECT, 2, key);
    return Array.from({ length }, () => this.in8(DATA));
  }

  /** The control word after an access. */
  access(control: number, length: number): number {
    const view = new DataView(this.ram.buffer);
    [control, length, 0, TARGET].forEach((value, n) => {
      view.setUint32(ACCESS + 4 * n, value);
    });
    this.ports.write(DMA + 4, 4, 0x00010000);
    return view.getUint32(ACCESS);
  }
}

const file = (name: string, ...content: number[]): FirmwareFile => ({ name, content: () => Uint8Array.from(content) });
const codes = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

test('the signature, the interfaces and the size of memory are read byte by byte; zeros follow', () => {
  const rig = new FwCfgRig();
  expect(rig.item(0, 6)).toEqual([...codes('QEMU'), 0, 0]);
  expect(rig.item(1, 4)).toEqual([3, 0, 0, 0]);
  expect(rig.item(3, 8)).toEqual([0, 0, 0, 8, 5, 0, 0, 0]);
  expect(rig.item(5, 2)).toEqual([1, 0]);
  expect(rig.item(0x7777, 2)).toEqual([0, 0]);
});

test('the boot menu is an item', () => {
  expect(new FwCfgRig([], true).item(0x0e, 2)).toEqual([1, 0]);
  expect(new FwCfgRig([], false).item(0x0e, 2)).toEqual([0, 0]);
});

test('the directory names the files with their sizes and keys', () => {
  const rig = new FwCfgRig([file('etc/a', 1, 2, 3), file('bootorder', 4)]);
  const bytes = rig.item(DIRECTORY, 4 + 2 * 64);
  expect(bytes.slice(0, 4)).toEqual([0, 0, 0, 2]);
  expect(bytes.slice(4, 12 + 6)).toEqual([0, 0, 0, 3, 0, 0x20, 0, 0, ...codes('etc/a'), 0]);
  expect(bytes.slice(68, 76 + 10)).toEqual([0, 0, 0, 1, 0, 0x21, 0, 0, ...codes('bootorder'), 0]);
  expect(rig.item(0x20, 4)).toEqual([1, 2, 3, 0]);
  expect(rig.item(0x21, 1)).toEqual([4]);
});

test('a file that depends on what firmware did is made when it is selected', () => {
  let made = 0;
  const rig = new FwCfgRig([{ name: 'etc/now', content: () => Uint8Array.of(++made, made) }]);
  const [first, second] = rig.item(0x20, 2);
  expect([first, second]).toEqual([made, made]);
  expect(rig.item(0x20, 2)).toEqual([first + 1, first + 1]);
});

test('a name that does not fit into the directory is refused', () => {
  const rig = new FwCfgRig([file('n'.repeat(56), 1)]);
  expect(() => rig.item(DIRECTORY, 1)).toThrow("nnn' is too long");
});

test('the DMA register has its signature, in bytes and in words', () => {
  const rig = new FwCfgRig();
  const bytes = Array.from({ length: 8 }, (_, n) => rig.in8(DMA + n));
  expect(bytes).toEqual(codes('QEMU CFG'));
  expect([rig.ports.read(DMA, 4), rig.ports.read(DMA + 4, 4)]).toEqual([0x554d4551, 0x47464320]);
});

test('an access by DMA selects, reads, skips and pads with zeros', () => {
  const rig = new FwCfgRig([file('etc/a', 1, 2, 3, 4, 5)]);
  rig.ram.fill(0xee, TARGET, TARGET + 16);
  expect(rig.access((0x20 << 16) | READ_SELECTED, 2)).toBe(0);
  expect([...rig.ram.subarray(TARGET, TARGET + 3)]).toEqual([1, 2, 0xee]);
  expect(rig.access(SKIP, 1)).toBe(0);
  expect(rig.access(READ, 4)).toBe(0);
  expect([...rig.ram.subarray(TARGET, TARGET + 5)]).toEqual([4, 5, 0, 0, 0xee]);
  rig.access((0 << 16) | SELECT_BIT, 0);
  expect(rig.in8(DATA)).toBe(0x51);
});

test('an access that writes ends with an error, and one of 4 GB ends', () => {
  const rig = new FwCfgRig([file('etc/a', 1)]);
  expect(rig.access((0x20 << 16) | SELECT_BIT | WRITE, 1)).toBe(ERROR);
  expect(rig.access((0x20 << 16) | READ_SELECTED, 0xffffffff)).toBe(0);
  expect(rig.ram[TARGET]).toBe(1);
});

test('a saved device goes on in the middle of an item, and of an address', () => {
  const files = [file('etc/a', 7, 8, 9)];
  const first = new FwCfgRig(files);
  first.item(0x20, 1);
  first.ports.write(DMA, 4, 0x01000000);
  const second = new FwCfgRig(files);
  restore(second.fwCfg.component, first.fwCfg.component.save());
  expect([second.in8(DATA), second.in8(DATA)]).toEqual([8, 9]);
  second.ram.fill(0);
  expect(second.access((0x20 << 16) | READ_SELECTED, 1)).toBe((0x20 << 16) | READ_SELECTED);
  expect(second.access((0x20 << 16) | READ_SELECTED, 1)).toBe(0);
});
