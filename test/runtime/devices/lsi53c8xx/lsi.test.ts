import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { MMIO, PORTS } from '../network/card-rig.ts';
import {
  block10,
  contents,
  interrupt,
  jumpUnless,
  LsiRig,
  move,
  Place,
  RAM,
  Reg,
  select,
  WAIT_DISCONNECT,
} from './lsi-rig.ts';

/** Beyond the disk's end. */
const SECTORS_BEYOND = 5000;
const NO_REASON = [0x80, 0, 0];
const SCRIPT_INTERRUPT = [0x84, 0, 0];
const INQUIRY = [0x12, 0, 0, 0, 96, 0];

/** The program of an INQUIRY with so much room in one move. */
function inquiry(rig: LsiRig, room: number, unit = 0): number[] {
  return rig.program({ command: INQUIRY, length: room, unit });
}

describe('Commands', () => {
  test('a disk is read and written', () => {
    const rig = new LsiRig().attend();
    expect(rig.data(block10(0x28, 3, 8), 4096)).toEqual(contents(11).slice(3 * 512));
    rig.bytes.fill(0x5a, Place.data, Place.data + 1024);
    expect(rig.ask({ command: block10(0x2a, 7, 2), length: 1024, isOut: true })).toBe(0);
    expect(rig.disk.bytes.subarray(7 * 512, 9 * 512).every((byte) => byte === 0x5a)).toBe(true);
    expect(rig.bytes[Place.answer]).toBe(0);
  });

  test('those that fail have a status, and sense data', () => {
    const rig = new LsiRig().attend();
    expect(rig.ask({ command: block10(0x28, SECTORS_BEYOND, 1), length: 512 })).toBe(2);
    expect([...rig.data([3, 0, 0, 0, 18, 0], 18).subarray(2, 14)]).toEqual([5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x21, 0]);
    // More than a command may move.
    expect(rig.ask({ command: block10(0x28, 0, 0xffff), length: 512 })).toBe(2);
    expect(rig.ask({ command: block10(0x2a, 0, 0xffff), length: 512, isOut: true })).toBe(2);
  });

  test('a disk that is only to be read takes the data, and says so', () => {
    const rig = new LsiRig().attend();
    expect(rig.ask({ command: block10(0x2a, 0, 1), length: 512, isOut: true, target: 3 })).toBe(2);
    expect(rig.fixed.bytes).toEqual(contents(16));
  });

  test('there is one unit', () => {
    const rig = new LsiRig().attend();
    rig.run(...inquiry(rig, 36, 1));
    expect([rig.reasons(), rig.bytes[Place.data], rig.bytes[Place.status]]).toEqual([SCRIPT_INTERRUPT, 0x7f, 0]);
    expect(rig.ask({ command: block10(0x28, 0, 1), length: 512, unit: 1 })).toBe(2);
    expect(rig.ask({ command: [3, 0, 0, 0, 18, 0], length: 18, unit: 1 })).toBe(0);
    expect(rig.bytes[Place.data + 12]).toBe(0x25);
  });
});

describe('The bus', () => {
  test('a target that is not there answers no selection', () => {
    const rig = new LsiRig();
    rig.run(...select(6), ...move(6, 1, Place.message), ...interrupt(1));
    expect(rig.reasons()).toEqual([0x80, 0, 4]);
    expect(rig.read(Reg.script, 4)).toBe(Place.script + 16);
  });

  test('data that ends early is a phase mismatch, with what remains', () => {
    const rig = new LsiRig().attend();
    rig.run(...inquiry(rig, 255));
    expect(rig.reasons()).toEqual([0x80, 0x80, 0]);
    const length = 36;
    expect([rig.read(Reg.byteCount, 4) & 0xffffff, rig.read(Reg.status1) & 7]).toEqual([255 - length, 3]);
    expect([rig.read(Reg.remaining, 4), rig.read(Reg.updated, 4)]).toEqual([255 - length, Place.data + length]);
  });

  test.each([
    ['the first place without an odd byte', 0x80, 0x5000],
    ['the second place for data to the host', 0xc0, 0x6000],
  ])('it makes SCRIPTS jump to %s', (_name, control, at) => {
    const rig = new LsiRig().attend();
    rig.put(at, ...interrupt(7));
    rig.write(Reg.control0, control);
    rig.write(Reg.jump1, 0x5000, 4);
    rig.write(Reg.jump2, 0x6000, 4);
    rig.run(...inquiry(rig, 255));
    expect([rig.reasons(), rig.read(Reg.operand, 4)]).toEqual([SCRIPT_INTERRUPT, 7]);
    expect(rig.read(Reg.script, 4)).toBe(at + 8);
  });
});

describe('Messages and phases', () => {
  test('a move in another phase than the target is in interrupts before it begins', () => {
    const rig = new LsiRig().attend();
    rig.bytes.set([0x80], Place.message);
    rig.run(...select(0), ...move(6, 1, Place.message), ...move(1, 5, Place.data));
    expect(rig.reasons()).toEqual([0x80, 0x80, 0]);
    expect(rig.read(Reg.byteCount, 4) & 0xffffff).toBe(5);
  });

  test('a negotiation is rejected, and the command goes on', () => {
    const rig = new LsiRig().attend();
    rig.bytes.set([0x80, 1, 3, 1, 25, 8], Place.message);
    rig.bytes.set([0, 0, 0, 0, 0, 0], Place.command);
    rig.run(
      ...[...select(0), ...move(6, 6, Place.message), ...move(7, 1, Place.answer), ...move(2, 6, Place.command)],
      ...[...move(3, 1, Place.status), ...move(7, 1, Place.answer + 1), ...interrupt(1)],
    );
    expect(rig.reasons()).toEqual(SCRIPT_INTERRUPT);
    expect([...rig.bytes.subarray(Place.answer, Place.answer + 2)]).toEqual([7, 0]);
  });

  test('messages that the host does not take are a few at most', () => {
    const rig = new LsiRig().attend();
    const [attention, rejected] = [[0x58000008, 0], 64];
    rig.bytes.set(
      Array.from({ length: rejected }, (_, n) => (n & 1) ^ 1),
      Place.message,
    );
    rig.run(...select(0), ...move(6, rejected, Place.message), ...interrupt(1));
    for (let n = 0; n < 5; n++) rig.run(...attention, ...move(6, rejected, Place.message), ...interrupt(1));
    rig.reasons();
    rig.run(...move(7, 1000, Place.answer), ...interrupt(1));
    expect(rig.reasons()).toEqual([0x80, 0x80, 0]);
    expect(1000 - (rig.read(Reg.byteCount, 4) & 0xffffff)).toBe(8);
  });

  test.each([
    ['abort', 0x06, 0],
    ['reset of the target', 0x0c, 2],
  ])('%s frees the bus', (_name, message, status) => {
    const rig = new LsiRig().attend();
    rig.bytes.set([0x80, message], Place.message);
    rig.run(...select(0), ...move(6, 2, Place.message), ...WAIT_DISCONNECT, ...interrupt(1));
    expect(rig.reasons()).toEqual(SCRIPT_INTERRUPT);
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toBe(status);
  });

  test('its reset is told to the targets, and interrupts once', () => {
    const rig = new LsiRig().attend();
    rig.write(Reg.control1, 8);
    rig.write(Reg.control1, 8);
    expect(rig.reasons()).toEqual([0x80, 2, 0]);
    rig.write(Reg.control1, 0);
    expect(rig.ask({ command: [0, 0, 0, 0, 0, 0] })).toBe(2);
  });
});

describe('SCRIPTS', () => {
  test('calculate with registers and the carry', () => {
    const rig = new LsiRig();
    const scratch = 0x34 << 16;
    rig.run(
      // SCRATCHA0 = F0; += 20 with carry to SCRATCHA1 = 1 + 0 + carry; SFBR = SCRATCHA0 | 3; SCRATCHA2 = SFBR ^ FF.
      ...[0x78000000 | scratch | 0xf000, 0, 0x7e000000 | scratch | 0x2000, 0],
      ...[0x78000000 | (0x35 << 16) | 0x0100, 0, 0x7f000000 | (0x35 << 16), 0],
      ...[0x72000000 | scratch | 0x0300, 0, 0x6b000000 | (0x36 << 16) | 0xff00, 0],
      ...[0x7d000000 | (0x35 << 16), 0],
      ...interrupt(1),
    );
    expect(rig.reasons()).toEqual(SCRIPT_INTERRUPT);
    expect(rig.read(Reg.scratchA, 4) & 0xffffff).toBe(0xec0110);
  });

  test('jump, call and return where a comparison says so', () => {
    const rig = new LsiRig();
    const at = Place.script;
    rig.put(at + 0x100, 0x90080000, 0);
    rig.run(
      // SFBR = 5; jump if it is 4; call if it is 5, or with the mask F0 4.
      ...[0x70000000 | 0x0500, 0, 0x800c0004, 0x9999, 0x880c0005, at + 0x100, 0x880cf00a, at + 0x100],
      // The carry, set, with a relative jump over an interrupt.
      ...[0x58000400, 0, 0x80a80000, 8, ...interrupt(2), ...interrupt(1)],
    );
    expect([rig.reasons(), rig.read(Reg.operand, 4)]).toEqual([SCRIPT_INTERRUPT, 1]);
  });

  test('copy memory, load and store registers, in their own RAM too', () => {
    const rig = new LsiRig();
    rig.bytes.set([1, 2, 3, 4], Place.data);
    rig.run(
      ...[0xc0000004, Place.data, RAM + 0x100, 0xe1340004, RAM + 0x100, 0xe0340002, Place.data + 8],
      ...[0xc0000001, MMIO + Reg.scratchA + 3, Place.data + 12],
      ...interrupt(1),
    );
    expect(rig.reasons()).toEqual(SCRIPT_INTERRUPT);
    expect(rig.read(Reg.scratchA, 4)).toBe(0x04030201);
    expect([...rig.bytes.subarray(Place.data + 8, Place.data + 13)]).toEqual([1, 2, 0, 0, 4]);
    expect(rig.regions[1]!.read(0x102, 2)).toBe(0x0403);
  });

  test('run in their own RAM, and are told to go on while they wait for a reselection', () => {
    const rig = new LsiRig();
    for (const [n, word] of [0x50000000, RAM + 0x20].entries()) rig.regions[1]!.write(4 * n, 4, word);
    for (const [n, word] of interrupt(9).entries()) rig.regions[1]!.write(0x20 + 4 * n, 4, word);
    rig.write(Reg.script, RAM, 4);
    expect(rig.reasons()).toEqual(NO_REASON);
    rig.write(Reg.interrupts, 0x20);
    expect([rig.reasons(), rig.read(Reg.operand, 4)]).toEqual([SCRIPT_INTERRUPT, 9]);
    expect([rig.read(Reg.signal) & 0x40, rig.read(Reg.signal) & 0x40]).toEqual([0x40, 0]);
  });
});

describe('SCRIPTS that end', () => {
  test.each([
    ['a loop', [0x80080000, Place.script]],
    ['memory that is not there', [0x80080000, 0xe0000000]],
    ['large copies', [0xc0ffffff, 0, 0x80000000, 0x80080000, Place.script]],
    ['waits for nobody', [0x80080000, 0x100000]],
  ])('although they have no end: %s', (_name, words) => {
    const rig = new LsiRig();
    rig.run(...words);
    expect(rig.reasons()).not.toEqual(NO_REASON);
    rig.write(Reg.interrupts, 0x40);
    rig.place();
    expect(rig.attend().ask({ command: [0, 0, 0, 0, 0, 0] })).toBe(0);
  });

  test('that stop and start themselves by their registers', () => {
    const rig = new LsiRig();
    // An abort in the first byte, and a new start with the last one.
    rig.bytes.fill(0, Place.data, Place.data + 28);
    rig.bytes[Place.data] = 0x80;
    rig.put(Place.data + 24, Place.script);
    rig.run(0xc0000000 | 28, Place.data, MMIO + Reg.interrupts);
    expect(rig.reasons()).toEqual([0x90, 4, 0]);
    expect(rig.mistakes.filter((mistake) => mistake.includes('without an end'))).toHaveLength(1);
    rig.write(Reg.interrupts, 0x40);
    rig.place();
    expect(rig.attend().ask({ command: [0, 0, 0, 0, 0, 0] })).toBe(0);
  });

  test('soon although they move very much', () => {
    const rig = new LsiRig().attend();
    const write = { command: block10(0x2a, 0, 0x7fff), target: 3, isOut: true };
    rig.bytes.set([0x80], Place.message);
    rig.bytes.set(write.command, Place.command);
    const bytes = 0x7fff * 512;
    rig.write(Reg.movedInAll, 0, 4);
    rig.run(
      ...[...select(3), ...move(6, 1, Place.message), ...move(2, 10, Place.command), ...move(0, bytes, 0)],
      ...[...move(3, 1, Place.status), ...move(7, 1, Place.answer), ...WAIT_DISCONNECT, 0x80080000, Place.script],
    );
    expect(rig.reasons()).toEqual([0x80, 4, 0]);
    expect(rig.read(Reg.movedInAll, 4)).toBeLessThan(4 * bytes);
  });

  test('step by step, when they are aborted, and not on the fly', () => {
    const rig = new LsiRig();
    rig.write(0x3b, 0x10);
    rig.run(0x58000400, 0, ...interrupt(1));
    expect(rig.reasons()).toEqual([0x88, 0, 0]);
    rig.write(0x3b, 0x14);
    expect(rig.reasons()).toEqual(SCRIPT_INTERRUPT);
    rig.write(0x3b, 0);
    rig.run(0x98180000, 1, 0x50000000, 0);
    expect([rig.read(Reg.interrupts) & 4, rig.irq.level]).toEqual([4, true]);
    rig.write(Reg.interrupts, 4);
    rig.write(Reg.interrupts, 0x80);
    expect([rig.reasons(), rig.irq.level]).toEqual([[0x90, 0, 0], false]);
  });
});

describe('States', () => {
  test('a machine goes on within a command, and within its data', () => {
    const rig = new LsiRig().attend();
    const read = { command: block10(0x28, 8, 16), length: 8192 };
    rig.put(Place.script, ...rig.program(read));
    rig.write(Reg.script, Place.script, 4);
    const saved = saveComponents([rig.device.component]);
    const copy = new LsiRig();
    copy.bytes.set(rig.bytes);
    loadComponents([copy.device.component], saved);
    copy.advance(10_000_000);
    expect([copy.reasons(), copy.bytes[Place.status]]).toEqual([SCRIPT_INTERRUPT, 0]);
    expect(copy.bytes.slice(Place.data, Place.data + 8192)).toEqual(contents(24).slice(8 * 512));
  });

  test('SCRIPTS in their own RAM go on at once where a command fails that is executed again', () => {
    const rig = new LsiRig().attend();
    const words = rig.program({ command: block10(0x28, 0, 1), length: 512 });
    for (const [n, word] of words.entries()) rig.regions[1]!.write(4 * n, 4, word);
    rig.write(Reg.script, RAM, 4);
    rig.disk.insert(true, contents(8));
    const components = ({ device }: LsiRig) => [device.component, device.pciFunction.component];
    const saved = saveComponents(components(rig));
    const copy = new LsiRig();
    copy.device.pciFunction.write(4, 2, 0);
    copy.bytes.set(rig.bytes);
    loadComponents(components(copy), saved);
    copy.advance(10_000_000);
    expect([copy.reasons(), copy.bytes[Place.status]]).toEqual([SCRIPT_INTERRUPT, 2]);
  });

  test('the registers are at ports too, and go with the driver that resets the chip', () => {
    const rig = new LsiRig();
    rig.ports.write(PORTS + Reg.scratchA, 4, 0x12345678);
    expect([rig.read(Reg.scratchA, 4), rig.read(0x100 + Reg.scratchA, 2)]).toEqual([0x12345678, 0x5678]);
    rig.regions[1]!.write(4, 4, 0x1234);
    rig.write(Reg.interrupts, 0x40);
    expect([rig.read(Reg.scratchA, 4), rig.regions[1]!.read(4, 4)]).toEqual([0, 0x1234]);
  });
});

test('SCRIPTS wait for the phase after a command', () => {
  const rig = new LsiRig().attend();
  rig.bytes.set([0x80], Place.message);
  rig.bytes.set(block10(0x28, 0, 1), Place.command);
  const words = [...select(0), ...move(6, 1, Place.message), ...move(2, 10, Place.command), ...jumpUnless(1, 8)];
  rig.put(Place.script, ...words, ...interrupt(1), ...interrupt(2));
  rig.write(Reg.script, Place.script, 4);
  expect(rig.reasons()).toEqual(NO_REASON);
  rig.advance(1_000_000);
  expect([rig.reasons(), rig.read(Reg.operand, 4)]).toEqual([SCRIPT_INTERRUPT, 1]);
});
