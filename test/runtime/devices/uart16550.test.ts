import { expect, test } from 'vitest';
import { Uart16550 } from '../../../runtime/devices/uart16550/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const BASE = 0x3f8;
const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7];
const FCR = IIR;
/** Nanoseconds of a character of 8N1 at 115200 baud. */
const CHARACTER = 10e9 / 115200;

class UartRig extends Rig {
  readonly sent: number[] = [];
  /** Bytes of input that no longer wait outside. */
  taken = 0;
  readonly uart: Uart16550;

  constructor({ needsOut2 = false } = {}) {
    super();
    const line = {
      write: ([byte]: Uint8Array) => this.sent.push(byte!),
      writeWhole: () => {},
      arrived: () => {},
      taken: (length: number) => {
        this.taken += length;
      },
      onInput: () => {},
    };
    this.uart = new Uart16550({ ...this.parts, name: 'com1', base: BASE, needsOut2, line });
  }

  get parts(): Pick<Rig, 'ports' | 'clock' | 'events' | 'irq'> {
    return { ports: this.ports, clock: this.clock, events: this.events, irq: this.irq };
  }

  get(register: number): number {
    return this.in8(BASE + register);
  }

  set(register: number, value: number): void {
    this.out8(BASE + register, value);
  }

  /** 115200 8N1, FIFOs with a trigger level, OUT2 and the modem lines on, as a driver opens a port. */
  open(fifoControl: number, interrupts: number): void {
    this.set(LCR, 0x83);
    this.set(DATA, 1);
    this.set(IER, 0);
    this.set(LCR, 0x03);
    this.set(FCR, fifoControl);
    this.set(MCR, 0x0b);
    this.get(MSR);
    this.set(IER, interrupts);
  }

  /** Reads by polling, until LSR has told often that there is no data. */
  readAll(): number[] {
    const bytes: number[] = [];
    for (let polls = 0; polls < 40; polls++) {
      if ((this.get(LSR) & 0x01) === 0) continue;
      bytes.push(this.get(DATA));
      polls = 0;
    }
    return bytes;
  }

  /** Sends as polling drivers do. */
  print(text: string): void {
    for (const character of text) {
      while ((this.get(LSR) & 0x20) === 0) {}
      this.set(DATA, character.charCodeAt(0));
    }
    this.get(LSR);
  }

  /** As a driver empties a receiver. */
  drain(): void {
    for (const register of [LSR, DATA, IIR, MSR]) this.get(register);
  }
}

test('after reset: transmitter empty, no interrupt, no FIFO', () => {
  const rig = new UartRig();
  expect([IER, IIR, LCR, MCR, LSR].map((register) => rig.get(register))).toEqual([0x00, 0x01, 0x00, 0x00, 0x60]);
  expect(rig.get(MSR)).toBe(0xb0);
});

test('registers keep what they can hold; the divisor latch hides data and IER', () => {
  const rig = new UartRig();
  rig.set(IER, 0xff);
  rig.set(MCR, 0xef);
  rig.set(SCR, 0x5a);
  expect([rig.get(IER), rig.get(MCR), rig.get(SCR)]).toEqual([0x0f, 0x0f, 0x5a]);
  rig.set(LCR, 0x83);
  rig.set(DATA, 0x0c);
  rig.set(IER, 0x01);
  expect([rig.get(DATA), rig.get(IER)]).toEqual([0x0c, 0x01]);
  rig.set(LCR, 0x03);
  expect([rig.get(IER), rig.sent]).toEqual([0x0f, []]);
});

test('what is sent leaves at once, in order', () => {
  const rig = new UartRig();
  for (const byte of [0x48, 0x69]) rig.set(DATA, byte);
  expect([rig.sent, rig.get(LSR)]).toEqual([[0x48, 0x69], 0x60]);
});

test("Linux's autoconfig: IER, loopback and FIFO probes find a 16550A", () => {
  const rig = new UartRig();
  rig.set(IER, 0x00);
  expect(rig.get(IER) & 0x0f).toBe(0x00);
  rig.set(IER, 0x0f);
  expect(rig.get(IER) & 0x0f).toBe(0x0f);
  rig.set(IER, 0x00);
  rig.set(MCR, 0x10 | 0x0a);
  expect(rig.get(MSR) & 0xf0).toBe(0x90);
  rig.set(MCR, 0x00);
  rig.set(LCR, 0xbf);
  rig.set(FCR, 0x00);
  rig.set(LCR, 0x00);
  rig.set(FCR, 0x01);
  expect(rig.get(IIR) >> 6).toBe(3);
  rig.set(LCR, 0x80);
  expect(rig.get(IIR)).not.toBe(0);
  rig.set(LCR, 0x00);
  rig.set(IER, 0x40);
  expect(rig.get(IER) & 0x40).toBe(0);
});

test("Linux's THRE test: enabling the interrupt with an empty transmitter makes it due, each time", () => {
  const rig = new UartRig();
  rig.open(0x07, 0x00);
  rig.set(IER, 0x02);
  expect(rig.get(IIR)).toBe(0xc2);
  expect(rig.get(IIR)).toBe(0xc1);
  rig.set(IER, 0x00);
  rig.set(IER, 0x02);
  expect(rig.get(IIR)).toBe(0xc2);
});

test('the transmitter interrupt: cleared by IIR, a new edge after each byte', () => {
  const rig = new UartRig();
  rig.open(0x01, 0x02);
  expect([rig.irq.level, rig.irq.rises]).toEqual([true, 1]);
  rig.set(DATA, 1);
  expect([rig.irq.level, rig.irq.rises]).toEqual([true, 2]);
  rig.get(IIR);
  expect(rig.irq.level).toBe(false);
  rig.set(DATA, 2);
  expect([rig.irq.level, rig.irq.rises]).toEqual([true, 3]);
  rig.set(IER, 0);
  expect(rig.irq.level).toBe(false);
});

test.each([0x01, 0x07, 0x0f])('without OUT2 it interrupts and takes bytes, too: IER %i', (enabled) => {
  const rig = new UartRig();
  rig.set(MCR, 0);
  rig.set(IER, enabled);
  // The transmitter's interrupt, if it is enabled, goes as it is read.
  rig.get(IIR);
  expect(rig.irq.level).toBe(false);
  for (const byte of [0x61, 0x62]) {
    rig.uart.receive(Uint8Array.of(byte));
    expect([rig.irq.level, rig.get(IIR) & 0x0f]).toEqual([true, 0x04]);
    expect(rig.get(DATA)).toBe(byte);
    expect(rig.irq.level).toBe(false);
    rig.set(DATA, byte);
    rig.get(IIR);
  }
});

test('a port that shares its line interrupts only with OUT2, and not in loop mode', () => {
  const rig = new UartRig({ needsOut2: true });
  rig.open(0x01, 0x02);
  for (const [modemControl, level] of [
    [0x03, false],
    [0x0b, true],
    [0x1b, false],
  ] as const) {
    rig.set(MCR, modemControl);
    expect([rig.irq.level, rig.get(MCR)]).toEqual([level, modemControl]);
  }
});

test('in loop mode a byte that comes back interrupts', () => {
  const rig = new UartRig();
  rig.set(MCR, 0x10);
  rig.set(IER, 0x01);
  rig.set(DATA, 0x61);
  expect([rig.irq.level, rig.get(DATA), rig.irq.level]).toEqual([true, 0x61, false]);
});

test.each([
  [0x01, 1],
  [0x41, 4],
  [0x81, 8],
  [0xc1, 14],
])('FCR %i: the receiver interrupts at %i bytes, and stops below', (fifoControl, level) => {
  const rig = new UartRig();
  rig.open(fifoControl, 0x01);
  rig.uart.receive(new Uint8Array(level - 1));
  expect(rig.irq.level).toBe(false);
  rig.uart.receive([7]);
  expect([rig.irq.level, rig.get(IIR)]).toEqual([true, 0xc4]);
  rig.get(DATA);
  expect([rig.irq.level, rig.get(IIR)]).toEqual([false, 0xc1]);
});

test('bytes below the trigger level interrupt after four characters of silence', () => {
  const rig = new UartRig();
  rig.open(0xc1, 0x01);
  rig.uart.receive([1, 2]);
  rig.advance(3 * CHARACTER);
  rig.uart.receive([3]);
  rig.advance(3.9 * CHARACTER);
  expect(rig.irq.level).toBe(false);
  rig.advance(0.2 * CHARACTER);
  expect([rig.irq.level, rig.get(IIR)]).toEqual([true, 0xcc]);
  expect(rig.get(DATA)).toBe(1);
  expect(rig.irq.level).toBe(false);
  rig.advance(4.1 * CHARACTER);
  expect(rig.irq.level).toBe(true);
  expect(rig.readAll()).toEqual([2, 3]);
  rig.advance(100 * CHARACTER);
  expect([rig.irq.level, rig.events.nextDeadline()]).toEqual([false, Infinity]);
});

test('the line rate decides how long four characters are', () => {
  const rig = new UartRig();
  rig.open(0xc1, 0x01);
  rig.set(LCR, 0x80);
  rig.set(DATA, 12);
  rig.set(LCR, 0x0f);
  rig.uart.receive([1]);
  // 1 + 8 + 1 + 2 bits at 9600 baud.
  expect(rig.events.nextDeadline()).toBeCloseTo((4 * 12 * 1e9) / 9600, 0);
});

test('no byte is lost, however many come at once', () => {
  const rig = new UartRig();
  rig.open(0xc1, 0x01);
  const bytes = Array.from({ length: 1000 }, (_, i) => i & 0xff);
  rig.uart.receive(bytes);
  expect(rig.uart.waiting).toBe(1000 - 16);
  expect(rig.readAll()).toEqual(bytes);
  expect(rig.get(LSR)).toBe(0x60);
});

test('without FIFOs one byte is held, and the next follows', () => {
  const rig = new UartRig();
  rig.open(0x00, 0x01);
  rig.uart.receive([1, 2]);
  expect([rig.get(IIR), rig.uart.waiting]).toEqual([0x04, 1]);
  expect(rig.readAll()).toEqual([1, 2]);
  expect(rig.get(IIR)).toBe(0x01);
});

test('the receiver FIFO can be cleared, and is when FIFOs are switched off', () => {
  const rig = new UartRig();
  rig.open(0x01, 0x01);
  rig.uart.receive([1, 2, 3]);
  rig.set(FCR, 0x03);
  expect(rig.readAll()).toEqual([]);
  rig.uart.receive([4, 5, 6]);
  rig.set(FCR, 0x00);
  expect(rig.readAll()).toEqual([]);
});

test('interrupts are told by priority: line status, data, transmitter, modem', () => {
  const rig = new UartRig();
  rig.open(0x01, 0x0f);
  rig.uart.setModemLines(0x30);
  rig.uart.receiveBreak();
  expect(rig.get(IIR)).toBe(0xc6);
  expect(rig.get(LSR)).toBe(0x71);
  expect(rig.get(IIR)).toBe(0xc4);
  expect(rig.get(DATA)).toBe(0);
  expect(rig.get(IIR)).toBe(0xc2);
  expect(rig.get(IIR)).toBe(0xc0);
  expect(rig.get(MSR)).toBe(0x38);
  expect(rig.get(IIR)).toBe(0xc1);
  expect(rig.irq.level).toBe(false);
});

test('modem deltas: every change of CTS, DSR and DCD, but only the end of RI', () => {
  const rig = new UartRig();
  rig.uart.setModemLines(0xf0);
  expect(rig.get(MSR)).toBe(0xf0);
  rig.uart.setModemLines(0x00);
  expect(rig.get(MSR)).toBe(0x0f);
  expect(rig.get(MSR)).toBe(0x00);
});

test('loop mode: bytes come back, nothing goes out or in, and the FIFO can overrun', () => {
  const rig = new UartRig();
  rig.open(0x01, 0x00);
  rig.set(MCR, 0x1b);
  rig.uart.receive([0xee]);
  for (let i = 0; i < 17; i++) rig.set(DATA, i);
  expect(rig.sent).toEqual([]);
  expect(rig.get(LSR)).toBe(0x63);
  expect(rig.readAll()).toEqual(Array.from({ length: 16 }, (_, i) => i));
  rig.set(MCR, 0x0b);
  expect(rig.readAll()).toEqual([0xee]);
});

test('loop mode: without FIFOs a byte that overruns takes the place of the one that was there', () => {
  const rig = new UartRig();
  rig.open(0x00, 0x00);
  rig.set(MCR, 0x1b);
  rig.set(DATA, 0x11);
  rig.set(DATA, 0x22);
  expect(rig.get(LSR)).toBe(0x63);
  expect([rig.get(DATA), rig.get(LSR)]).toEqual([0x22, 0x60]);
});

test('loop mode: each modem output feeds its input', () => {
  const rig = new UartRig();
  const inputs = [0x01, 0x02, 0x04, 0x08].map((output) => {
    rig.set(MCR, 0x10 | output);
    return rig.get(MSR) & 0xf0;
  });
  expect(inputs).toEqual([0x20, 0x10, 0x40, 0x80]);
});

test('a saved port goes on with what it has received', () => {
  const first = new UartRig();
  first.open(0xc1, 0x01);
  first.uart.receive(Array.from({ length: 20 }, (_, i) => i));
  first.get(DATA);
  const second = new UartRig();
  restore(second.uart.component, first.uart.component.save());
  expect(second.readAll()).toEqual(Array.from({ length: 19 }, (_, i) => i + 1));
});

test('a reset clears the registers and keeps what waits outside', () => {
  const rig = new UartRig();
  rig.open(0xc1, 0x01);
  rig.uart.receive(new Uint8Array(20).fill(9));
  rig.uart.reset();
  expect([rig.get(IER), rig.get(MCR), rig.irq.level]).toEqual([0, 0, false]);
  expect(rig.readAll()).toEqual(Array.from({ length: 4 }, () => 9));
});

/** Looks for a 16550A as Linux's 8250 driver does, FIFO clears and the test of IER included. */
function probe(rig: UartRig): void {
  rig.set(IER, 0x0f);
  rig.set(IER, 0x00);
  rig.set(MCR, 0x1a);
  rig.set(MCR, 0x00);
  for (const control of [0x01, 0x07, 0x00]) rig.set(FCR, control);
  rig.get(DATA);
  rig.set(IER, 0x00);
}

test('what comes before a driver has set the port up waits for it, through probes and output', () => {
  const rig = new UartRig();
  rig.uart.receive(Array.from({ length: 30 }, (_, i) => i));
  probe(rig);
  rig.set(MCR, 0x03);
  for (let line = 0; line < 100; line++) rig.print('a line of the log\n');
  probe(rig);
  for (const control of [0x01, 0x07, 0x00]) rig.set(FCR, control);
  rig.drain();
  rig.set(MCR, 0x09);
  rig.set(IER, 0x02);
  rig.drain();
  expect([rig.uart.waiting, rig.irq.level]).toEqual([30, false]);
  rig.set(IER, 0x05);
  expect([rig.uart.waiting, rig.irq.level]).toEqual([29, true]);
  for (const control of [0x01, 0x81]) rig.set(FCR, control);
  expect([rig.uart.waiting, rig.irq.level, rig.get(IIR)]).toEqual([14, true, 0xc4]);
  expect(rig.taken).toBe(16);
  expect(rig.readAll()).toEqual(Array.from({ length: 30 }, (_, i) => i));
  expect(rig.taken).toBe(30);
});

test('a guest that polls gets what waits, without interrupts or modem lines, and keeps getting it', () => {
  const rig = new UartRig();
  rig.uart.receive([1, 2]);
  let polls = 1;
  while ((rig.get(LSR) & 0x01) === 0 && polls < 1000) polls++;
  expect(polls).toBe(32);
  expect(rig.get(DATA)).toBe(1);
  rig.set(DATA, 1);
  expect([rig.get(LSR) & 0x01, rig.get(DATA)]).toEqual([1, 2]);
  rig.uart.receive([3]);
  rig.set(FCR, 0x07);
  rig.uart.receive([4]);
  expect(rig.readAll()).toEqual([4]);
});

test('a reset closes the receiver again', () => {
  const rig = new UartRig();
  rig.readAll();
  rig.uart.reset();
  rig.uart.receive([1]);
  expect([rig.get(LSR) & 0x01, rig.uart.waiting]).toEqual([0, 1]);
});
