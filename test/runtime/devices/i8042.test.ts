import { expect, test } from 'vitest';
import { SharedLine } from '../../../runtime/bus/irq.ts';
import { I8042 } from '../../../runtime/devices/i8042/index.ts';
import { Port92 } from '../../../runtime/devices/port92/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig, recordedLine } from './rig.ts';

const MS = 1e6;
const [AUXILIARY, FULL] = [0x20, 0x01];

class KeyboardRig extends Rig {
  readonly keyboardIrq = recordedLine();
  readonly mouseIrq = recordedLine();
  readonly a20Level = recordedLine();
  readonly a20 = new SharedLine('a20', this.a20Level);
  readonly i8042: I8042;
  readonly port92: Port92;

  constructor() {
    super();
    const { ports, clock, events, power, keyboardIrq, mouseIrq, a20 } = this;
    this.i8042 = new I8042({ ports, clock, events, power, keyboardIrq, mouseIrq, a20: a20.input() });
    this.port92 = new Port92({ ports, power, a20: a20.input() });
  }

  command(command: number, ...data: number[]): void {
    this.out8(0x64, command);
    this.out8(0x60, ...data);
  }

  /** The bytes that come within 20 ms, each as its value, plus 0x100 if it is the mouse's. */
  received(): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < 20; i++) {
      const status = this.in8(0x64);
      if ((status & FULL) !== 0) bytes.push(((status & AUXILIARY) !== 0 ? 0x100 : 0) | this.in8(0x60));
      this.advance(MS);
    }
    return bytes;
  }

  keyboardCommand(...bytes: number[]): number[] {
    return bytes.flatMap((byte) => {
      this.out8(0x60, byte);
      return this.received();
    });
  }

  mouseCommand(...bytes: number[]): number[] {
    return bytes.flatMap((byte) => {
      this.command(0xd4, byte);
      return this.received().map((value) => value - 0x100);
    });
  }

  get commandByte(): number {
    this.command(0x20);
    return this.in8(0x60);
  }

  /** Interrupts of both devices, translation. */
  enableBoth(): void {
    this.command(0x60, 0x47);
  }
}

test('self test and port tests pass; the password is not there', () => {
  const rig = new KeyboardRig();
  const answers = [0xaa, 0xab, 0xa9, 0xa4].map((command) => {
    rig.command(command);
    return rig.in8(0x60);
  });
  expect(answers).toEqual([0x55, 0x00, 0x00, 0xf1]);
  expect(rig.in8(0x64)).toBe(0x1c);
});

test('the command byte can be written, and enabling or disabling shows in it', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x45);
  expect(rig.commandByte).toBe(0x45);
  rig.command(0xa7);
  rig.command(0xad);
  expect(rig.commandByte).toBe(0x75);
  rig.command(0xa8);
  rig.command(0xae);
  expect(rig.commandByte).toBe(0x45);
  rig.command(0x60, 0x00);
  expect(rig.in8(0x64) & 0x04).toBe(0);
});

test('the RAM keeps its other bytes', () => {
  const rig = new KeyboardRig();
  rig.command(0x65, 0x99);
  rig.command(0x25);
  expect(rig.in8(0x60)).toBe(0x99);
});

test('the status tells whether a command or data was written last', () => {
  const rig = new KeyboardRig();
  rig.out8(0x64, 0xae);
  expect(rig.in8(0x64) & 0x08).toBe(0x08);
  rig.out8(0x60, 0xee);
  expect(rig.in8(0x64) & 0x08).toBe(0);
});

test('keys come translated, interrupt, and take their time on the cable', () => {
  const rig = new KeyboardRig();
  rig.i8042.keyboard.press([0x1e, 0x9e]);
  expect(rig.in8(0x64) & FULL).toBe(0);
  rig.advance(MS);
  expect([rig.in8(0x64) & FULL, rig.keyboardIrq.level]).toEqual([FULL, true]);
  expect([rig.in8(0x60), rig.in8(0x60)]).toEqual([0x1e, 0x1e]);
  expect([rig.in8(0x64) & FULL, rig.keyboardIrq.level]).toEqual([0, false]);
  expect(rig.received()).toEqual([0x9e]);
  expect([rig.keyboardIrq.rises, rig.mouseIrq.rises]).toEqual([2, 0]);
});

test('every key of set 1 arrives as it was pressed', () => {
  const rig = new KeyboardRig();
  const keys = Array.from({ length: 0x58 }, (_, index) => index + 1).filter((code) => code < 0x55 || code > 0x55);
  for (const code of keys) {
    rig.i8042.keyboard.press([0xe0, code, 0xe0, code | 0x80]);
    expect(rig.received()).toEqual([0xe0, code, 0xe0, code | 0x80]);
  }
});

test('without translation keys are those of set 2', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  rig.i8042.keyboard.press([0x1e, 0x9e, 0xe0, 0x48, 0x41, 0x54]);
  expect(rig.received()).toEqual([0x1c, 0xf0, 0x1c, 0xe0, 0x75, 0x83, 0x84]);
});

test('a keyboard that was set to set 1 sends it', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  expect(rig.keyboardCommand(0xf0, 0x01)).toEqual([0xfa, 0xfa]);
  expect(rig.keyboardCommand(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x01]);
  rig.i8042.keyboard.press([0x1e, 0x9e]);
  expect(rig.received()).toEqual([0x1e, 0x9e]);
});

test("keyboard commands as Linux's atkbd gives them", () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  expect(rig.keyboardCommand(0xff)).toEqual([0xfa, 0xaa]);
  expect(rig.keyboardCommand(0xf2)).toEqual([0xfa, 0xab, 0x83]);
  expect(rig.keyboardCommand(0xed, 0x02)).toEqual([0xfa, 0xfa]);
  expect(rig.i8042.keyboard.leds).toBe(2);
  expect(rig.keyboardCommand(0xf3, 0x00)).toEqual([0xfa, 0xfa]);
  expect(rig.keyboardCommand(0xf4)).toEqual([0xfa]);
  expect(rig.keyboardCommand(0xee)).toEqual([0xee]);
  expect(rig.keyboardCommand(0xfe)).toEqual([0xee]);
  expect(rig.keyboardCommand(0x12)).toEqual([0xfe]);
});

test('a command in place of a parameter is a command', () => {
  const rig = new KeyboardRig();
  expect(rig.keyboardCommand(0xed, 0xf4)).toEqual([0xfa, 0xfa]);
  expect(rig.keyboardCommand(0x01)).toEqual([0xfe]);
});

test('translation leaves answers alone, but not the identification', () => {
  const rig = new KeyboardRig();
  expect(rig.keyboardCommand(0xf2)).toEqual([0xfa, 0xab, 0x41]);
});

test('a keyboard that is disabled by command sends no keys; enabled again it does', () => {
  const rig = new KeyboardRig();
  rig.keyboardCommand(0xf5);
  rig.i8042.keyboard.press([0x1e]);
  expect(rig.received()).toEqual([]);
  rig.keyboardCommand(0xf4);
  rig.i8042.keyboard.press([0x1f]);
  expect(rig.received()).toEqual([0x1f]);
});

test('a disabled interface holds keys back; a byte to the keyboard enables it', () => {
  const rig = new KeyboardRig();
  rig.command(0xad);
  rig.i8042.keyboard.press([0x1e]);
  expect(rig.received()).toEqual([]);
  rig.command(0xae);
  expect(rig.received()).toEqual([0x1e]);
  rig.command(0xad);
  expect(rig.keyboardCommand(0xee)).toEqual([0xee]);
});

test('the controller answers before a key that waits, and after one that is in the buffer', () => {
  const rig = new KeyboardRig();
  rig.i8042.keyboard.press([0x1e, 0x1f]);
  rig.advance(MS);
  rig.command(0xaa);
  expect(rig.received()).toEqual([0x1e, 0x55, 0x1f]);
});

test("Linux's loop test: a byte to the mouse's buffer comes back with IRQ 12", () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.command(0xd3, 0x5a);
  expect([rig.in8(0x64) & 0x21, rig.mouseIrq.level, rig.keyboardIrq.level]).toEqual([0x21, true, false]);
  expect([rig.in8(0x60), rig.mouseIrq.level]).toEqual([0x5a, false]);
  rig.command(0xd2, 0x77);
  expect([rig.in8(0x64) & 0x21, rig.keyboardIrq.level, rig.in8(0x60)]).toEqual([0x01, true, 0x77]);
});

test("mouse commands as Linux's psmouse gives them, and the wheel", () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  expect(rig.mouseCommand(0xff)).toEqual([0xfa, 0xaa, 0x00]);
  expect(rig.mouseCommand(0xf2)).toEqual([0xfa, 0x00]);
  expect(rig.mouseCommand(0xe9)).toEqual([0xfa, 0x00, 0x02, 0x64]);
  expect(rig.mouseCommand(0xf3, 200, 0xf3, 100, 0xf3, 80)).toEqual([0xfa, 0xfa, 0xfa, 0xfa, 0xfa, 0xfa]);
  expect(rig.mouseCommand(0xf2)).toEqual([0xfa, 0x03]);
  expect(rig.mouseCommand(0xe8, 0x03, 0xe7, 0xf4)).toEqual([0xfa, 0xfa, 0xfa, 0xfa]);
  expect(rig.mouseCommand(0xe9)).toEqual([0xfa, 0x30, 0x03, 80]);
  rig.i8042.mouse.move(1, -1, -1);
  expect(rig.received()).toEqual([0x128, 0x101, 0x1ff, 0x1ff]);
  expect(rig.mouseCommand(0x01)).toEqual([0xfe]);
});

test('movement adds up while a packet is on its way, and is split when it is too far', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseCommand(0xf4);
  rig.i8042.mouse.move(1, 0);
  rig.i8042.mouse.move(200, 10);
  rig.i8042.mouse.move(200, 10);
  rig.i8042.mouse.setButtons(5);
  expect(rig.received()).toEqual([0x108, 0x101, 0x100, 0x10d, 0x1ff, 0x114, 0x10d, 145 + 0x100, 0x100]);
  expect(rig.mouseCommand(0xe9)).toEqual([0xfa, 0x26, 0x02, 100]);
});

test('no packets before the mouse is enabled, in remote mode only when asked for', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.i8042.mouse.move(3, 4);
  expect(rig.received()).toEqual([]);
  rig.mouseCommand(0xf0, 0xf4);
  rig.i8042.mouse.move(1, 1);
  expect(rig.received()).toEqual([]);
  expect(rig.mouseCommand(0xeb)).toEqual([0xfa, 0x08, 4, 5]);
});

test('wrap mode sends back all but its end and a reset', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  expect(rig.mouseCommand(0xee, 0x42, 0xf2, 0xec, 0xf2)).toEqual([0xfa, 0x42, 0xf2, 0xfa, 0xfa, 0x00]);
});

test('the output port and the pulse command reset the machine', () => {
  const rig = new KeyboardRig();
  rig.command(0xfe);
  rig.command(0xff);
  rig.command(0xd1, 0x02);
  expect(rig.requests).toEqual(['reset', 'reset']);
});

test('A20: output port, its short commands, and port 0x92', () => {
  const rig = new KeyboardRig();
  expect(rig.a20Level.level).toBe(true);
  rig.command(0xd1, 0xdd);
  expect(rig.a20Level.level).toBe(false);
  rig.command(0xd0);
  expect(rig.in8(0x60) & 0x03).toBe(0x01);
  rig.command(0xdf);
  expect(rig.a20Level.level).toBe(true);
  rig.command(0xdd);
  rig.out8(0x92, 0x02);
  expect([rig.a20Level.level, rig.in8(0x92)]).toEqual([true, 0x02]);
  rig.out8(0x92, 0x00);
  expect(rig.a20Level.level).toBe(false);
});

test('port 0x92 resets when its bit 0 rises', () => {
  const rig = new KeyboardRig();
  rig.out8(0x92, 0x01, 0x01);
  expect(rig.requests).toEqual(['reset']);
});

test('a saved controller goes on with its bytes', () => {
  const first = new KeyboardRig();
  first.i8042.keyboard.press([0x1e, 0x9e, 0x20]);
  first.advance(MS);
  const second = new KeyboardRig();
  second.advance(MS);
  restore(second.i8042.component, first.i8042.component.save());
  restore(second.events.component, first.events.component.save());
  expect(second.received()).toEqual([0x1e, 0x9e, 0x20]);
});
