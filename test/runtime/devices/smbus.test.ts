import { beforeEach, describe, expect, test } from 'vitest';
import type { PciFunction } from '../../../runtime/devices/pci/function.ts';
import { PowerManagement } from '../../../runtime/devices/power/index.ts';
import { SpdEeproms } from '../../../runtime/devices/smbus/eeproms.ts';
import { SmbusHost } from '../../../runtime/devices/smbus/index.ts';
import type { SmbusSlave } from '../../../runtime/devices/smbus/slave.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Rig, recordedLine } from './rig.ts';

const BASE = 0x700;
const [STATUS, SLAVE_STATUS, CONTROL, COMMAND, ADDRESS, DATA0, DATA1, BLOCK] = [0, 1, 2, 3, 4, 5, 6, 7];
const [SLAVE_CONTROL, SHADOW_COMMAND, SLAVE_EVENT, SLAVE_DATA] = [8, 9, 10, 12];
const [BUSY, INTERRUPT, DEVICE_ERROR, FAILED] = [1, 2, 4, 0x10];
const [QUICK, BYTE, BYTE_DATA, WORD_DATA, BLOCK_DATA] = [0, 1, 2, 3, 5];
const [INTERRUPT_ENABLE, KILL, START] = [1, 2, 0x40];
const [SMBBA, SMBHSTCFG] = [0x90, 0xd2];
const MILLISECOND = 1e6;

/** A slave that remembers what it was sent, and sends 1, 2, 3, … */
class Recorder implements SmbusSlave {
  readonly sent: (readonly number[])[] = [];
  acknowledges = true;
  #next = 0;

  write(bytes: readonly number[]): boolean {
    this.sent.push(bytes);
    return this.acknowledges;
  }

  read(): number {
    return ++this.#next;
  }
}

class SmbusRig extends Rig {
  readonly eeproms = new SpdEeproms([Uint8Array.from({ length: 256 }, (_, n) => n)]);
  readonly recorder = new Recorder();
  readonly smbus: SmbusHost;
  readonly config: PciFunction;

  constructor(base = BASE) {
    super();
    const { ports, clock, events, power, guestError, irq, recorder } = this;
    const slaves = new Map([...this.eeproms.slaves, [0x2c, recorder]]);
    this.smbus = new SmbusHost({ ports, clock, events, guestError, irq, slaves, base });
    const smbus = this.smbus.functionPart;
    this.config = new PowerManagement({ ports, clock, events, power, irq: recordedLine(), smbus }).pciFunction;
  }

  get(register: number): number {
    return this.in8(BASE + register);
  }

  set(register: number, value: number): void {
    this.out8(BASE + register, value);
  }

  /** Starts a transaction and waits for its end; SMBHSTSTS, which is cleared. `flags` of SMBHSTCNT. */
  run(address: number, isRead: boolean, protocol: number, flags = 0): number {
    this.set(ADDRESS, (address << 1) | Number(isRead));
    this.set(CONTROL, START | (protocol << 2) | flags);
    this.advance(MILLISECOND);
    const status = this.get(STATUS);
    this.set(STATUS, status);
    return status;
  }

  write(address: number, protocol: number, command: number, data0 = 0, data1 = 0): number {
    this.set(COMMAND, command);
    this.set(DATA0, data0);
    this.set(DATA1, data1);
    return this.run(address, false, protocol);
  }

  /** SMBHSTSTS, SMBHSTDAT0 and SMBHSTDAT1 afterwards. */
  read(address: number, protocol: number, command: number): number[] {
    this.set(COMMAND, command);
    return [this.run(address, true, protocol), this.get(DATA0), this.get(DATA1)];
  }
}

let rig: SmbusRig;
beforeEach(() => {
  rig = new SmbusRig();
});

describe('the configuration space', () => {
  test('has the base, and an enable and the interrupt for it', () => {
    const { config } = rig;
    expect([config.read(SMBBA, 4), config.read(SMBHSTCFG, 1), config.read(0xd6, 1)]).toEqual([0x701, 0x09, 0]);
    config.write(SMBBA, 4, 0xffff_ffff);
    config.write(SMBHSTCFG, 1, 0xff);
    config.write(0xd3, 4, 0x1234_5678);
    expect([config.read(SMBBA, 4), config.read(SMBHSTCFG, 1), config.read(0xd3, 4)]).toEqual([0xfff1, 0x0f, 0x345678]);
  });

  test('firmware places the ports, as SeaBIOS does', () => {
    const { config, ports } = new SmbusRig(0);
    expect([config.read(SMBBA, 4), config.read(SMBHSTCFG, 1), ports.isOwned(BASE, 1)]).toEqual([1, 0, false]);
    config.write(SMBBA, 4, 0x701);
    expect(ports.isOwned(BASE, 1)).toBe(false);
    config.write(SMBHSTCFG, 1, 0x09);
    expect([0, 15, 16].map((port) => ports.isOwned(BASE + port, 1))).toEqual([true, true, false]);
    config.write(SMBBA, 4, 0xfff1);
    expect([BASE, 0xfff0, 0xffff].map((port) => ports.isOwned(port, 1))).toEqual([false, true, true]);
    config.write(SMBHSTCFG, 1, 0x08);
    expect(ports.isOwned(0xfff0, 1)).toBe(false);
  });
});

describe('a transaction', () => {
  test('takes a while, and then tells its end', () => {
    rig.set(ADDRESS, 0x50 << 1);
    rig.set(CONTROL, START | (BYTE_DATA << 2));
    expect([rig.get(STATUS), rig.get(CONTROL)]).toEqual([BUSY, BYTE_DATA << 2]);
    rig.advance(300_000);
    expect(rig.get(STATUS)).toBe(BUSY);
    rig.advance(60_000);
    expect(rig.get(STATUS)).toBe(INTERRUPT);
    rig.set(STATUS, 0xff);
    expect(rig.get(STATUS)).toBe(0);
  });

  test('with nobody at the address is an error', () => {
    expect(rig.run(0x4f, true, QUICK)).toBe(DEVICE_ERROR);
    expect(rig.run(0x58, false, BYTE_DATA)).toBe(DEVICE_ERROR);
  });

  test('that the slave does not acknowledge is one too', () => {
    rig.recorder.acknowledges = false;
    expect([QUICK, BYTE, WORD_DATA].map((protocol) => rig.write(0x2c, protocol, 7))).toEqual([4, 4, 4]);
    expect(rig.read(0x2c, WORD_DATA, 7)).toEqual([DEVICE_ERROR, 0, 0]);
  });

  test.each([4, 6, 7])('by the reserved protocol %i is one too', (protocol) => {
    expect(rig.run(0x50, true, protocol)).toBe(DEVICE_ERROR);
    expect(rig.mistakes).toEqual([`smbus: no such protocol ${protocol}`]);
  });

  test('does not start before the end of the last one is cleared', () => {
    rig.set(ADDRESS, 0x4f << 1);
    rig.set(CONTROL, START);
    rig.set(CONTROL, START);
    rig.advance(MILLISECOND);
    rig.set(CONTROL, START);
    rig.advance(MILLISECOND);
    expect(rig.get(STATUS)).toBe(DEVICE_ERROR);
    expect(rig.mistakes).toEqual([
      'smbus: a start with SMBHSTSTS not clear 1',
      'smbus: a start with SMBHSTSTS not clear 4',
    ]);
  });

  test('is given up by KILL', () => {
    rig.set(ADDRESS, 0x2c << 1);
    rig.set(CONTROL, START | (BYTE << 2));
    rig.set(CONTROL, KILL);
    expect(rig.get(STATUS)).toBe(FAILED);
    rig.advance(MILLISECOND);
    expect([rig.get(STATUS), rig.recorder.sent]).toEqual([FAILED, []]);
    rig.set(STATUS, FAILED);
    rig.set(CONTROL, 0);
    expect(rig.run(0x2c, false, BYTE)).toBe(INTERRUPT);
  });
});

test('writes send what each protocol has', () => {
  [1, 2, 3, 4].forEach((value) => {
    rig.set(BLOCK, value);
  });
  const protocols = [QUICK, BYTE, BYTE_DATA, WORD_DATA, BLOCK_DATA];
  expect(protocols.map((protocol) => rig.write(0x2c, protocol, 0x81, 3, 9))).toEqual(protocols.map(() => INTERRUPT));
  expect(rig.recorder.sent).toEqual([[], [0x81], [0x81, 3], [0x81, 3, 9], [0x81, 3, 1, 2, 3]]);
});

test('reads send the command where there is one, and take what each protocol has', () => {
  expect(rig.read(0x2c, QUICK, 5)).toEqual([INTERRUPT, 0, 0]);
  expect(rig.read(0x2c, BYTE, 5)).toEqual([INTERRUPT, 1, 0]);
  expect(rig.read(0x2c, BYTE_DATA, 6)).toEqual([INTERRUPT, 2, 0]);
  expect(rig.read(0x2c, WORD_DATA, 7)).toEqual([INTERRUPT, 3, 4]);
  expect(rig.read(0x2c, BLOCK_DATA, 8)).toEqual([INTERRUPT, 5, 4]);
  rig.get(CONTROL);
  expect(Array.from({ length: 6 }, () => rig.get(BLOCK))).toEqual([6, 7, 8, 9, 10, 0]);
  expect(rig.recorder.sent).toEqual([[], [6], [7], [8]]);
});

describe('a block', () => {
  test('has 32 bytes at most', () => {
    for (let n = 0; n < 34; n++) rig.set(BLOCK, n);
    rig.write(0x2c, BLOCK_DATA, 0, 255);
    expect(rig.recorder.sent).toEqual([[0, 32, 32, 33, ...Array.from({ length: 30 }, (_, n) => n + 2)]]);
  });

  test('that says it is longer is read as none', () => {
    expect(rig.read(0x50, BLOCK_DATA, 33)).toEqual([INTERRUPT, 0, 0]);
    expect(rig.read(0x50, BLOCK_DATA, 32)).toEqual([INTERRUPT, 32, 0]);
    rig.get(CONTROL);
    expect(Array.from({ length: 33 }, () => rig.get(BLOCK))).toEqual([...Array(32).keys(), 0].map((n) => n + 33));
  });
});

describe('an EEPROM', () => {
  test('is at each address from 50h to 57h', () => {
    const found = [...Array(128).keys()].filter((address) => rig.run(address, true, QUICK) === INTERRUPT);
    expect(found).toEqual([0x2c, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57]);
  });

  test('goes on to the next byte, and from the last to the first', () => {
    expect(rig.write(0x50, BYTE, 0xfe)).toBe(INTERRUPT);
    const bytes = [1, 2, 3].map(() => rig.read(0x50, BYTE, 0x33)[1]);
    expect(bytes).toEqual([0xfe, 0xff, 0]);
    expect(rig.read(0x50, WORD_DATA, 0xff)).toEqual([INTERRUPT, 0xff, 0]);
  });

  test('keeps what is written until a reset', () => {
    rig.write(0x51, BYTE_DATA, 0x10, 0xab);
    rig.write(0x51, WORD_DATA, 0xff, 1, 2);
    const read = () => [0x10, 0xff, 0x00].map((at) => rig.read(0x51, BYTE_DATA, at)[1]);
    expect(read()).toEqual([0xab, 1, 2]);
    expect(rig.read(0x50, BYTE_DATA, 0x10)[1]).toBe(0x10);
    rig.eeproms.reset();
    expect(read()).toEqual([0, 0, 0]);
  });

  test('gives back a block that was written', () => {
    [7, 8, 9].forEach((value) => {
      rig.set(BLOCK, value);
    });
    rig.write(0x57, BLOCK_DATA, 0x20, 3);
    expect([0x20, 0x21].map((at) => rig.read(0x57, BYTE_DATA, at)[1])).toEqual([3, 7]);
    expect(rig.read(0x57, BLOCK_DATA, 0x20)[1]).toBe(3);
    rig.get(CONTROL);
    expect([1, 2, 3].map(() => rig.get(BLOCK))).toEqual([7, 8, 9]);
  });
});

describe('the interrupt', () => {
  test('comes at the end if it is enabled, and goes with its cause', () => {
    rig.set(ADDRESS, 0x4f << 1);
    rig.set(CONTROL, START | INTERRUPT_ENABLE);
    expect(rig.irq.level).toBe(false);
    rig.advance(MILLISECOND);
    expect(rig.irq.level).toBe(true);
    rig.set(STATUS, INTERRUPT);
    expect(rig.irq.level).toBe(true);
    rig.set(STATUS, DEVICE_ERROR);
    expect([rig.irq.level, rig.irq.rises]).toEqual([false, 1]);
    expect([rig.run(0x50, true, QUICK), rig.irq.rises]).toEqual([INTERRUPT, 1]);
  });

  test('is none where SMBHSTCFG selects SMI#', () => {
    rig.set(CONTROL, KILL | INTERRUPT_ENABLE);
    expect(rig.irq.level).toBe(true);
    rig.config.write(SMBHSTCFG, 1, 0x01);
    expect(rig.irq.level).toBe(false);
    rig.config.write(SMBHSTCFG, 1, 0x09);
    expect(rig.irq.level).toBe(true);
  });
});

test('the slave interface keeps what is written, and nothing comes in', () => {
  for (let register = SLAVE_CONTROL; register < 16; register++) rig.set(register, 0xa5);
  rig.set(SLAVE_STATUS, 0xff);
  const values = [SLAVE_STATUS, SLAVE_CONTROL, SHADOW_COMMAND, SLAVE_DATA, SLAVE_DATA + 1].map((at) => rig.get(at));
  expect(values).toEqual([0, 0x05, 0, 0, 0]);
  expect(rig.ports.read(BASE + SLAVE_EVENT, 2)).toBe(0xa5a5);
  expect(rig.mistakes.length).toBe(5);
});

test('a reset ends what is under way', () => {
  rig.set(ADDRESS, 0x2c << 1);
  rig.set(CONTROL, START | INTERRUPT_ENABLE);
  rig.smbus.reset();
  rig.advance(MILLISECOND);
  expect([STATUS, CONTROL, ADDRESS].map((register) => rig.get(register))).toEqual([0, 0, 0]);
  expect([rig.recorder.sent, rig.irq.rises]).toEqual([[], 0]);
});

test('a transaction goes on in another machine, where the ports are too', () => {
  const components = (of: SmbusRig) => [
    of.smbus.component,
    of.eeproms.component,
    of.config.component,
    of.clock.component,
    of.events.component,
  ];
  rig.write(0x53, BYTE_DATA, 5, 0x77);
  rig.config.write(SMBBA, 4, 0xb100);
  rig.out8(0xb100 + ADDRESS, (0x53 << 1) | 1);
  rig.out8(0xb100 + CONTROL, START | (BYTE_DATA << 2) | INTERRUPT_ENABLE);
  const other = new SmbusRig(0);
  loadComponents(components(other), saveComponents(components(rig)));
  expect(other.in8(0xb100 + STATUS)).toBe(BUSY);
  other.advance(2 * MILLISECOND);
  expect([other.in8(0xb100 + STATUS), other.in8(0xb100 + DATA0), other.irq.level]).toEqual([INTERRUPT, 0x77, true]);
});
