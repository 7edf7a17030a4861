import { expect, test } from 'vitest';
import type { CardModel } from '../../../runtime/machine/catalogue/network.ts';
import { Word } from '../../../translator/abi/state.ts';
import { makePlugMachine, type PlugMachine } from '../../support/plug-storm.ts';

const UNPLUG = 0x10;
const [IDS, COMMAND, BASE] = [0, 4, 0x10];
const card = (model: CardModel, n: number) => ({ name: `card${n}`, model, mac: [0x52, 0x54, 0, 0, 0, n] });
const pciSlots = { card0: 5 };

function machineWith(...models: readonly CardModel[]): PlugMachine {
  return makePlugMachine({ xen: true, cpu: 'max', cards: models.map(card), pciSlots });
}

/** A register of the first card's configuration space. */
function config({ core: { pc } }: PlugMachine, register: number, value?: number): number {
  pc.ports.write(0xcf8, 4, 0x80000000 + 5 * 0x800 + register);
  if (value !== undefined) pc.ports.write(0xcfc, 4, value);
  return pc.ports.read(0xcfc, 4) >>> 0;
}

/** Firmware has placed the card's ports. */
function enable(machine: PlugMachine): void {
  config(machine, BASE, 0xd001);
  config(machine, COMMAND, 7);
}

test('a guest with a card of Xen can unplug the emulated ones, until the machine is reset', () => {
  const machine = machineWith('ne2k_pci', 'xen-net-device');
  enable(machine);
  const { ports } = machine.core.pc;
  expect(config(machine, IDS)).toBe(0x802910ec);
  expect(ports.read(0xd000, 1)).not.toBe(0xff);
  ports.write(UNPLUG, 2, 1);
  expect(config(machine, IDS)).toBe(0x802910ec);
  ports.write(UNPLUG, 2, 2);
  expect([config(machine, IDS), config(machine, COMMAND, 7)]).toEqual([0xffffffff, 0xffffffff]);
  expect(ports.read(0xd000, 1)).toBe(0xff);
  machine.core.load(machine.core.save());
  expect(config(machine, IDS)).toBe(0xffffffff);
  machine.core.reset();
  expect([config(machine, IDS), config(machine, COMMAND) & 7]).toEqual([0x802910ec, 0]);
});

test('a guest without a card of Xen keeps its own', () => {
  const machine = machineWith('ne2k_pci');
  enable(machine);
  machine.core.pc.ports.write(UNPLUG, 2, 3);
  expect(config(machine, IDS)).toBe(0x802910ec);
  expect(config(machine, COMMAND) & 7).toBe(7);
});

test('the power button is that of ACPI while the guest has not said that it listens at the store', () => {
  const machine = machineWith();
  const { pc, examination } = machine.core;
  const [status, powerButton] = [pc.powerManagement.base, 0x100];
  const isPressed = () => (pc.ports.read(status, 2) & powerButton) !== 0;
  examination.pressPowerButton();
  expect(isPressed()).toBe(true);
  pc.ports.write(status, 2, powerButton);
  expect(isPressed()).toBe(false);
});

/** Pages of the guest's, and where firmware has put the memory of the platform device, the grant table among it. */
const Page = { structure: 0x20, shared: 0x21, ring: 0x22 } as const;
const [PLATFORM_SLOT, GRANT_PAGE] = [6, 0xe0000];
const [STORE_PAGE, DOMAIN] = [0xfeff9, 0x7ff0];
const PAGE = 4096;

/** A guest of Xen that the test is, in a machine: it has the processor's registers, whose code is the system's. */
class Guest {
  readonly #machine: PlugMachine;
  #requests = 0;

  constructor(machine: PlugMachine) {
    this.#machine = machine;
  }

  word(page: number, at: number): number {
    return this.#machine.core.mmu.loadSystem32(page * PAGE + at) >>> 0;
  }

  set(page: number, at: number, value: number): void {
    this.#machine.core.mmu.storeSystem32(page * PAGE + at, value | 0);
  }

  /** A hypercall with a structure of these words; the structure afterwards. */
  call(number: number, operation: number, ...words: readonly number[]): number[] {
    for (const [n, word] of words.entries()) this.set(Page.structure, 4 * n, word);
    const { cpu, pc } = this.#machine.core;
    const [eax, ebx, ecx] = [Word.eax, Word.eax + 3, Word.eax + 1];
    for (const [register, value] of [
      [eax, number],
      [ebx, operation],
      [ecx, Page.structure * PAGE],
    ] as const)
      cpu.state[register] = value;
    pc.hypervisor.xen!.call();
    return words.map((_, n) => this.word(Page.structure, 4 * n));
  }

  /** Writes a node of the store. */
  write(path: string, value: number): void {
    const payload = Buffer.from(`${path}\0${value}`);
    const header = Buffer.from(Uint32Array.of(11, 0, 0, payload.length).buffer);
    for (const byte of [...header, ...payload])
      this.#machine.core.mmu.storeSystem8(STORE_PAGE * PAGE + (this.#requests++ % 1024), byte);
    this.set(STORE_PAGE, 2052, this.#requests);
    this.call(32, 4, 1);
  }
}

function guestWithConsole(): PlugMachine {
  const machine = makePlugMachine({
    xen: true,
    cpu: 'max',
    xenConsoles: 2,
    pciSlots: { 'xen-platform': PLATFORM_SLOT },
  });
  const { ports } = machine.core.pc;
  for (const [register, value] of [
    [0x14, GRANT_PAGE * PAGE],
    [COMMAND, 7],
  ] as const) {
    ports.write(0xcf8, 4, 0x80000000 + PLATFORM_SLOT * 0x800 + register);
    ports.write(0xcfc, 4, value);
  }
  return machine;
}

test('a back end goes on in another machine, though the grant table is in memory of the platform device', () => {
  const machine = guestWithConsole();
  const guest = new Guest(machine);
  guest.call(12, 7, DOMAIN, 0, 0, Page.shared);
  guest.call(12, 7, DOMAIN, 1, 0, GRANT_PAGE);
  guest.set(GRANT_PAGE, 8 * 5, 1);
  guest.set(GRANT_PAGE, 8 * 5 + 4, Page.ring);
  const [, channel] = guest.call(32, 6, DOMAIN, 0);
  guest.write('device/console/1/ring-ref', 5);
  guest.write('device/console/1/port', channel!);
  guest.write('device/console/1/state', 3);
  const other = makePlugMachine({ xen: true, cpu: 'max', xenConsoles: 2, pciSlots: { 'xen-platform': PLATFORM_SLOT } });
  other.core.load(machine.core.save());
  other.core.arrive({ type: 'input', port: 'xen-console1', value: Buffer.from('x') });
  other.pass();
  expect(new Guest(other).word(Page.ring, 3076)).toBe(1);
  expect(new Guest(other).word(Page.ring, 0) & 0xff).toBe(0x78);
});
