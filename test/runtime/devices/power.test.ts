import { describe, expect, test } from 'vitest';
import { PciBus } from '../../../runtime/devices/pci/index.ts';
import { PowerManagement } from '../../../runtime/devices/power/index.ts';
import { buildAcpiTables } from '../../../runtime/devices/power/tables.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const BASE = 0x600;
const [STATUS, ENABLE, CONTROL, TIMER] = [BASE, BASE + 2, BASE + 4, BASE + 8];
/** SLP_EN, and with it the sleep type of S3; WAK_STS. */
const [SLEEP, SUSPEND, WOKEN] = [0x2000, 0x2400, 0x8000];
const SECOND = 1e9;
/** Nanoseconds in which the upper bit of the 24-bit timer changes. */
const HALF_CYCLE = (2 ** 23 * 88000) / 315;

class PowerRig extends Rig {
  readonly pm: PowerManagement;

  constructor(base?: number) {
    super();
    const { ports, clock, events, power, irq } = this;
    this.pm = new PowerManagement({ ports, clock, events, power, irq, ...(base !== undefined && { base }) });
  }

  get(port: number): number {
    return this.ports.read(port, 2);
  }

  set(port: number, value: number): void {
    this.ports.write(port, 2, value);
  }
}

test('firmware places the registers as SeaBIOS does', () => {
  const rig = new PowerRig();
  const pci = new PciBus(rig);
  pci.add(rig.pm.pciFunction);
  const config = (offset: number, size: 1 | 4, value: number): void => {
    rig.ports.write(0xcf8, 4, (0x80000b00 | offset) >>> 0);
    rig.ports.write(0xcfc, size, value);
  };
  rig.ports.write(0xcf8, 4, 0x80000b00);
  expect(rig.ports.read(0xcfc, 4)).toBe(0x71138086);
  config(0x40, 4, BASE | 1);
  expect(rig.get(CONTROL)).toBe(0xffff);
  config(0x80, 1, 0x01);
  expect(rig.get(CONTROL)).toBe(0x0000);
  config(0x80, 1, 0x00);
  expect(rig.get(CONTROL)).toBe(0xffff);
});

test('SLP_EN with the sleep type of S5 turns the power off', () => {
  const rig = new PowerRig(BASE);
  rig.set(CONTROL, 0x0001);
  expect(rig.requests).toEqual([]);
  rig.set(CONTROL, 0x2001);
  expect([rig.requests, rig.get(CONTROL)]).toEqual([['power off'], 0x0001]);
});

test("the real-time clock's interrupt sets RTC_STS as it rises, and raises the SCI", () => {
  const rig = new PowerRig(BASE);
  rig.set(CONTROL, 0x0001);
  rig.set(ENABLE, 0x0400);
  rig.pm.rtc.set(true);
  expect([rig.get(STATUS), rig.irq.level]).toEqual([0x0400, true]);
  rig.set(STATUS, 0x0400);
  rig.pm.rtc.set(true);
  expect([rig.get(STATUS), rig.irq.level]).toEqual([0, false]);
  rig.pm.rtc.set(false);
  rig.pm.rtc.set(true);
  expect([rig.get(STATUS), rig.irq.level]).toEqual([0x0400, true]);
});

test('another sleep type is over at once', () => {
  const rig = new PowerRig(BASE);
  rig.set(CONTROL, SLEEP | (3 << 10));
  expect([rig.requests, rig.get(STATUS) & WOKEN, rig.pm.isSuspended]).toEqual([[], WOKEN, false]);
  rig.set(STATUS, WOKEN);
  expect(rig.get(STATUS) & WOKEN).toBe(0);
});

test('the power is off after a suspension to disk', () => {
  const rig = new PowerRig(BASE);
  rig.set(CONTROL, SLEEP | (2 << 10));
  expect(rig.requests).toEqual(['power off']);
});

describe('suspended to RAM', () => {
  /** Suspended, with what may wake it enabled. */
  const suspended = (enabled = 0) => {
    const rig = new PowerRig(BASE);
    rig.set(ENABLE, enabled);
    rig.set(CONTROL, SUSPEND);
    expect([rig.requests, rig.pm.isSuspended, rig.pm.wakeStatus]).toEqual([['suspend'], true, 0]);
    return rig;
  };

  test('the clock wakes it if it may', () => {
    for (const [enabled, wakeStatus] of [
      [0x0400, WOKEN | 0x0400],
      [0x0000, 0],
    ] as const) {
      const rig = suspended(enabled);
      rig.pm.rtc.set(true);
      expect(rig.pm.wakeStatus).toBe(wakeStatus);
    }
  });

  test('the timer does not wake it', () => {
    const rig = suspended(0x0001);
    rig.advance(2 * HALF_CYCLE);
    expect([rig.get(STATUS) & 0x0001, rig.pm.wakeStatus]).toEqual([0x0001, 0]);
  });

  test('the power button wakes it always, and so do others in its name', () => {
    const [pressed, woken] = [suspended(), suspended()];
    pressed.pm.pressPowerButton();
    woken.pm.wake();
    expect([pressed.pm.wakeStatus, woken.pm.wakeStatus]).toEqual([WOKEN | 0x0100, WOKEN | 0x0100]);
  });

  test('an event that came before it was suspended is not lost', () => {
    const rig = new PowerRig(BASE);
    rig.set(ENABLE, 0x0400);
    rig.pm.rtc.set(true);
    rig.set(CONTROL, SUSPEND);
    expect(rig.pm.wakeStatus).toBe(WOKEN | 0x0400);
  });

  test('after the reset its status says what has woken it', () => {
    const rig = suspended();
    const twin = suspended();
    rig.pm.wake();
    restore(twin.pm.component, rig.pm.component.save());
    expect([twin.pm.isSuspended, twin.pm.wakeStatus]).toEqual([true, WOKEN | 0x0100]);
    rig.pm.reset();
    rig.pm.woken(WOKEN | 0x0100);
    expect([rig.pm.isSuspended, rig.pm.wakeStatus, rig.get(STATUS)]).toEqual([false, 0, WOKEN | 0x0100]);
  });

  test('nothing wakes what is not suspended', () => {
    const rig = new PowerRig(BASE);
    rig.pm.wake();
    rig.pm.pressPowerButton();
    expect([rig.pm.wakeStatus, rig.get(STATUS)]).toEqual([0, 0x0100]);
  });
});

test('ACPI mode is entered and left through the SMI command port', () => {
  const rig = new PowerRig(BASE);
  rig.out8(0xb2, 0xf1);
  expect([rig.get(CONTROL), rig.in8(0xb2)]).toEqual([0x0001, 0xf1]);
  rig.out8(0xb2, 0xf0);
  rig.out8(0xb3, 0x77);
  expect([rig.get(CONTROL), rig.in8(0xb3)]).toEqual([0x0000, 0x77]);
});

test('the timer counts 3.579545 MHz in 24 bits', () => {
  const rig = new PowerRig(BASE);
  rig.advance(SECOND);
  expect(rig.ports.read(TIMER, 4)).toBe(3579545);
  expect(rig.ports.read(TIMER, 2)).toBe(3579545 & 0xffff);
  expect(rig.ports.read(TIMER + 2, 1)).toBe(3579545 >> 16);
  rig.advance(9 * SECOND);
  expect(rig.ports.read(TIMER, 4)).toBe(35795454 % 2 ** 24);
});

test('the timer status is set whenever its upper bit changes, and interrupts if enabled', () => {
  const rig = new PowerRig(BASE);
  rig.advance(HALF_CYCLE + 1000);
  expect(rig.get(STATUS)).toBe(0x0001);
  rig.set(STATUS, 0x0001);
  expect(rig.get(STATUS)).toBe(0x0000);
  rig.out8(0xb2, 0xf1);
  rig.set(ENABLE, 0x0001);
  rig.advance(HALF_CYCLE - 2000);
  expect(rig.irq.level).toBe(false);
  rig.advance(2000);
  expect(rig.irq.level).toBe(true);
  rig.set(STATUS, 0x0001);
  expect(rig.irq.level).toBe(false);
  rig.advance(HALF_CYCLE);
  expect(rig.irq.rises).toBe(2);
});

test('the power button raises the SCI until its status is cleared, in ACPI mode only', () => {
  const rig = new PowerRig(BASE);
  rig.set(ENABLE, 0x0100);
  rig.pm.pressPowerButton();
  expect(rig.irq.level).toBe(false);
  rig.out8(0xb2, 0xf1);
  expect([rig.irq.level, rig.get(STATUS)]).toEqual([true, 0x0100]);
  rig.set(STATUS, 0x0001);
  expect(rig.irq.level).toBe(true);
  rig.out8(STATUS + 1, 0x01);
  expect([rig.irq.level, rig.get(STATUS)]).toEqual([false, 0]);
});

test('byte writes change half a register; only defined bits are kept', () => {
  const rig = new PowerRig(BASE);
  rig.ports.write(STATUS, 4, 0xffff0000);
  expect([rig.get(ENABLE), rig.ports.read(STATUS, 4)]).toEqual([0x0521, 0x05210000]);
  rig.out8(ENABLE, 0x00);
  expect(rig.get(ENABLE)).toBe(0x0500);
  rig.out8(ENABLE + 1, 0x00);
  expect(rig.get(ENABLE)).toBe(0x0000);
});

test('a saved device has its registers at their place, and goes on', () => {
  const first = new PowerRig();
  first.pm.pciFunction.write(0x40, 4, BASE);
  first.pm.pciFunction.write(0x80, 1, 1);
  first.set(ENABLE, 0x0100);
  const second = new PowerRig();
  restore(second.pm.pciFunction.component, first.pm.pciFunction.component.save());
  restore(second.pm.component, first.pm.component.save());
  expect(second.get(ENABLE)).toBe(0x0100);
});

const image = buildAcpiTables({
  powerBase: BASE,
  pciMemoryStart: 0x8000000,
  fwCfgPorts: { first: 0x510, count: 12 },
  pirqRoutes: [10, 10, 11, 11],
  serialPorts: [{ base: 0x3f8, irq: 4 }],
  hotPlug: { first: 0xae00, count: 24, slots: [3, 31] },
});
const rsdpAddress = 0xe0000;
const tables = image.placedAt(rsdpAddress);

/** Physical memory of 1 MB with the tables in it. */
const memory = new Uint8Array(0x100000);
for (const { address, bytes } of tables) memory.set(bytes, address);
const view = new DataView(memory.buffer);
const textAt = (address: number, length: number): string =>
  String.fromCharCode(...memory.subarray(address, address + length));
const sum = (address: number, length: number): number =>
  memory.subarray(address, address + length).reduce((total, byte) => (total + byte) & 0xff, 0);
const word = (address: number): number => view.getUint32(address, true);

/** The tables that an operating system follows: RSDP, RSDT, FADT, DSDT. */
function follow(): { rsdt: number; fadt: number; facs: number; dsdt: number } {
  const rsdt = word(rsdpAddress + 16);
  const fadt = word(rsdt + 36);
  return { rsdt, fadt, facs: word(fadt + 36), dsdt: word(fadt + 40) };
}

test('the tables do not overlap', () => {
  const sorted = [...tables].sort((a, b) => a.address - b.address);
  for (let i = 1; i < sorted.length; i++) {
    expect(sorted[i - 1].address + sorted[i - 1].bytes.length).toBeLessThanOrEqual(sorted[i].address);
  }
});

test('the RSDP can be found, and leads to tables with right signatures, lengths and checksums', () => {
  expect([textAt(rsdpAddress, 8), rsdpAddress % 16, sum(rsdpAddress, 20)]).toEqual(['RSD PTR ', 0, 0]);
  const { rsdt, fadt, facs, dsdt } = follow();
  for (const [address, signature, length] of [
    [rsdt, 'RSDT', 40],
    [fadt, 'FACP', 244],
    [dsdt, 'DSDT', word(dsdt + 4)],
  ] as const) {
    expect([textAt(address, 4), word(address + 4), sum(address, length)]).toEqual([signature, length, 0]);
  }
  expect([textAt(facs, 4), word(facs + 4), facs % 64]).toEqual(['FACS', 64, 0]);
});

test('checksums that firmware fills in are 0 before, as OVMF replaces them by a sum that counts them', () => {
  const blobs = { rsdp: image.rsdp, tables: image.tables };
  expect(image.checksums.map(({ blob, at }) => blobs[blob][at])).toEqual([0, 0, 0]);
});

test('the FADT points to the registers that the device has', () => {
  const rig = new PowerRig(BASE);
  const { fadt } = follow();
  rig.out8(word(fadt + 48), memory[fadt + 52]);
  expect(rig.get(word(fadt + 64))).toBe(0x0001);
  rig.pm.pressPowerButton();
  expect(rig.get(word(fadt + 56))).toBe(0x0100);
  rig.advance(SECOND);
  expect(rig.ports.read(word(fadt + 76), 4)).toBe(3579545);
  expect([word(fadt + 148 + 4), word(fadt + 172 + 4), word(fadt + 208 + 4)]).toEqual([BASE, BASE + 4, BASE + 8]);
  expect(view.getUint16(fadt + 46, true)).toBe(9);
});

test("AML: \\_S5 gives the sleep type that turns the power off, and the PCI root's identifier is compressed", () => {
  const { dsdt } = follow();
  const code = textAt(dsdt, word(dsdt + 4));
  expect(code).toContain('\x08\\_S5_\x12\x06\x04\x00\x00\x00\x00');
  expect(code).toContain('\x08_HID\x0c\x41\xd0\x0a\x03');
  expect(code).toContain('PCI0');
});

test('AML: the lengths of nested objects end where their parents do', () => {
  const { dsdt } = follow();
  const end = dsdt + word(dsdt + 4);
  const packageLength = (at: number): [length: number, bytes: number] => {
    const extra = memory[at] >> 6;
    let length = extra === 0 ? memory[at] & 0x3f : memory[at] & 0x0f;
    for (let i = 1; i <= extra; i++) length |= memory[at + i] << (8 * i - 4);
    return [length, extra + 1];
  };
  const endOfDevice = (at: number, name: string): number => {
    expect([memory[at], memory[at + 1]]).toEqual([0x5b, 0x82]);
    const [length, bytes] = packageLength(at + 2);
    expect(textAt(at + 2 + bytes, 4)).toBe(name);
    return at + 2 + length;
  };
  // \_SB, in it PCI0 and FWCF, after it \_GPE, \_S3, \_S4 and \_S5.
  const [scopeLength, scopeBytes] = packageLength(dsdt + 37);
  expect(memory[dsdt + 36]).toBe(0x10);
  const afterScope = dsdt + 37 + scopeLength;
  const afterRoot = endOfDevice(dsdt + 37 + scopeBytes + 5, 'PCI0');
  expect(endOfDevice(afterRoot, 'FWCF')).toBe(afterScope);
  expect(textAt(afterScope + 2, 5)).toBe('\\_GPE');
  let at = afterScope + 1 + packageLength(afterScope + 1)[0];
  for (const name of ['_S3_', '_S4_', '_S5_']) {
    expect(textAt(at, 6)).toBe(`\x08\\${name}`);
    at += 6 + 1 + packageLength(at + 7)[0];
  }
  expect(at).toBe(end);
});
