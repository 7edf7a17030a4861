import { expect, test } from 'vitest';
import { SharedLine } from '../../../runtime/bus/irq.ts';
import { I8042 } from '../../../runtime/devices/i8042/index.ts';
import { Port92 } from '../../../runtime/devices/port92/index.ts';
import { restore } from '../../support/restore.ts';
import { Rig, recordedLine, recordedStream } from './rig.ts';

const MS = 1e6;
const [AUXILIARY, FULL] = [0x20, 0x01];

class KeyboardRig extends Rig {
  readonly keyboardIrq = recordedLine();
  readonly mouseIrq = recordedLine();
  readonly keyboardLine = recordedStream();
  readonly mouseLine = recordedStream();
  readonly a20Level = recordedLine();
  readonly a20 = new SharedLine('a20', this.a20Level);
  readonly i8042: I8042;
  readonly port92: Port92;

  constructor() {
    super();
    const { ports, clock, events, power, keyboardIrq, mouseIrq, keyboardLine, mouseLine, a20 } = this;
    const lines = { keyboardIrq, mouseIrq, keyboardLine, mouseLine, a20: a20.input() };
    this.i8042 = new I8042({ ports, clock, events, power, ...lines });
    this.port92 = new Port92({ ports, power, a20: a20.input() });
  }

  /** Keys that go down and up, as bytes of set 1. */
  press(codes: readonly number[]): void {
    codes.forEach((code, n) => {
      const extended = codes[n - 1] === 0xe0 ? 0x80 : 0;
      if (code !== 0xe0) this.i8042.keyboard.key((code & 0x7f) | extended, code < 0x80);
    });
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
  rig.press([0x1e, 0x9e]);
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
  const keys = Array.from({ length: 0x58 }, (_, index) => index + 1).filter(
    (code) => ![0x37, 0x46, 0x55].includes(code),
  );
  for (const code of keys) {
    rig.press([0xe0, code, 0xe0, code | 0x80]);
    expect(rig.received()).toEqual([0xe0, code, 0xe0, code | 0x80]);
  }
});

test('without translation keys are those of set 2', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  rig.press([0x1e, 0x9e, 0xe0, 0x48, 0x41, 0x54]);
  expect(rig.received()).toEqual([0x1c, 0xf0, 0x1c, 0xe0, 0x75, 0x83, 0x84]);
});

test('a keyboard that was set to set 1 sends it', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  expect(rig.keyboardCommand(0xf0, 0x01)).toEqual([0xfa, 0xfa]);
  expect(rig.keyboardCommand(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x01]);
  rig.press([0x1e, 0x9e]);
  expect(rig.received()).toEqual([0x1e, 0x9e]);
});

test("keyboard commands as Linux's atkbd gives them", () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  expect(rig.keyboardCommand(0xff)).toEqual([0xfa, 0xaa]);
  expect(rig.keyboardCommand(0xf2)).toEqual([0xfa, 0xab, 0x83]);
  expect(rig.keyboardCommand(0xed, 0x02)).toEqual([0xfa, 0xfa]);
  expect(rig.keyboardLine.sent).toEqual([2]);
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
  rig.press([0x1e]);
  expect(rig.received()).toEqual([]);
  rig.keyboardCommand(0xf4);
  rig.press([0x1f]);
  expect(rig.received()).toEqual([0x1f]);
});

test('a disabled interface holds keys back; a byte to the keyboard enables it', () => {
  const rig = new KeyboardRig();
  rig.command(0xad);
  rig.press([0x1e]);
  expect(rig.received()).toEqual([]);
  rig.command(0xae);
  expect(rig.received()).toEqual([0x1e]);
  rig.command(0xad);
  expect(rig.keyboardCommand(0xee)).toEqual([0xee]);
});

test('the controller answers before a key that waits, and after one that is in the buffer', () => {
  const rig = new KeyboardRig();
  rig.press([0x1e, 0x1f]);
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
  const packets = [...rig.received(), ...rig.received()];
  expect(packets).toEqual([0x108, 0x101, 0x100, 0x10d, 0x1ff, 0x114, 0x10d, 145 + 0x100, 0x100]);
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
  first.press([0x1e, 0x9e, 0x20]);
  first.advance(MS);
  const second = new KeyboardRig();
  second.advance(MS);
  restore(second.i8042.component, first.i8042.component.save());
  restore(second.events.component, first.events.component.save());
  expect(second.received()).toEqual([0x1e, 0x9e, 0x20]);
});

test('keys whose codes depend on others: print screen and pause', () => {
  const rig = new KeyboardRig();
  const bytesOf = (...keys: [key: number, isDown: boolean][]): string => {
    for (const [key, isDown] of keys) rig.i8042.keyboard.key(key, isDown);
    const bytes = rig.received();
    for (const [key] of keys) rig.i8042.keyboard.key(key, false);
    rig.received();
    return bytes.map((byte) => byte.toString(16)).join(' ');
  };
  const [PRINT, PAUSE, CONTROL, ALT, SHIFT] = [0xb7, 0xc6, 0x1d, 0x38, 0x36];
  expect(bytesOf([PRINT, true], [PRINT, false])).toBe('e0 2a e0 37 e0 b7 e0 aa');
  expect(bytesOf([SHIFT, true], [PRINT, true], [PRINT, false])).toBe('36 e0 37 e0 b7');
  expect(bytesOf([ALT, true], [PRINT, true], [PRINT, false])).toBe('38 54 d4');
  expect(bytesOf([PAUSE, true], [PAUSE, false])).toBe('e1 1d 45 e1 9d c5');
  expect(bytesOf([CONTROL, true], [PAUSE, true])).toBe('1d e0 46 e0 c6');
});

test('a key that is held repeats, the last one alone, as fast as it was told', () => {
  const rig = new KeyboardRig();
  const count = (milliseconds: number): number => {
    let n = 0;
    for (let time = 0; time < milliseconds; time++) {
      if ((rig.in8(0x64) & FULL) !== 0 && rig.in8(0x60) < 0x80) n++;
      rig.advance(MS);
    }
    return n;
  };
  rig.press([0x1e]);
  expect(count(500)).toBe(1);
  expect(count(1000)).toBe(11);
  rig.keyboardCommand(0xf3, 0x60);
  rig.press([0x9e, 0x1f]);
  expect(count(1000)).toBe(1);
  expect(count(1000)).toBe(30);
  rig.press([0x1e, 0x9e]);
  expect(count(3000)).toBe(1);
  rig.i8042.keyboard.key(0x1f, true);
  expect(count(3000)).toBe(0);
});

test('a key that the guest does not take does not pile up', () => {
  const rig = new KeyboardRig();
  rig.press([0x1e]);
  rig.advance(10_000 * MS);
  rig.press([0x9e]);
  expect(rig.received()).toEqual([0x1e, 0x1e, 0x9e]);
});

test('set 3 has codes of its own; which keys tell that they go up can be set', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  rig.keyboardCommand(0xf0, 0x03);
  expect(rig.keyboardCommand(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x03]);
  const typed = (key: number): number[] => {
    rig.i8042.keyboard.key(key, true);
    rig.i8042.keyboard.key(key, false);
    return rig.received();
  };
  // A, F1, left shift, up.
  expect([typed(0x1e), typed(0x3b), typed(0x2a), typed(0xc8)]).toEqual([[0x1c], [0x07], [0x12, 0xf0, 0x12], [0x63]]);
  expect(rig.keyboardCommand(0xfc, 0x1c, 0x07)).toEqual([0xfa, 0xfa, 0xfa]);
  expect([typed(0x1e), typed(0x3b), typed(0x1f)]).toEqual([[0x1c, 0xf0, 0x1c], [0x07, 0xf0, 0x07], [0x1b]]);
  rig.keyboardCommand(0xf8);
  expect(typed(0x1f)).toEqual([0x1b, 0xf0, 0x1b]);
  rig.keyboardCommand(0xf9);
  expect(typed(0x2a)).toEqual([0x12]);
  rig.i8042.keyboard.key(0x1e, true);
  rig.advance(2000 * MS);
  expect(rig.received()).toEqual([0x1c]);
});

test("the host's keys come one by one, when the guest has taken those before", () => {
  const rig = new KeyboardRig();
  rig.keyboardLine.onInput(Uint8Array.of(0x1e, 1, 0x1e, 0, 0x1f, 1, 0x9d));
  rig.advance(9 * MS);
  expect(rig.keyboardLine.takenBytes).toBe(2);
  // The controller has one, the keyboard the next.
  rig.advance(100 * MS);
  expect(rig.keyboardLine.takenBytes).toBe(4);
  expect(rig.received()).toEqual([0x1e, 0x9e, 0x1f]);
  expect(rig.keyboardLine.takenBytes).toBe(6);
  rig.keyboardLine.onInput(Uint8Array.of(1));
  expect(rig.received()).toEqual([0xe0, 0x1d]);
});

test("LEDs are told when they change; a keyboard's reset turns them off", () => {
  const rig = new KeyboardRig();
  rig.keyboardCommand(0xed, 0x05, 0xed, 0x05);
  rig.keyboardCommand(0xff);
  rig.keyboardCommand(0xed, 0x02);
  rig.i8042.reset();
  expect(rig.keyboardLine.sent).toEqual([5, 0, 2, 0]);
});

/** A movement of the host's, as bytes. */
function movement(x: number, y: number, wheel: number, buttons: number): number[] {
  return [x & 0xff, (x >> 8) & 0xff, y & 0xff, (y >> 8) & 0xff, wheel & 0xff, buttons];
}

test("the host's clicks are all reported, however fast they come", () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseCommand(0xf4);
  const clicks = [1, 0, 1, 0].flatMap((buttons) => movement(-2, 1, 0, buttons));
  rig.mouseLine.onInput(Uint8Array.from(clicks));
  const bytes = Array.from({ length: 6 }, () => rig.received()).flat();
  const packets = bytes.filter((_, n) => n % 3 === 0);
  expect(packets).toEqual([0x119, 0x118, 0x119, 0x118]);
  expect(rig.mouseLine.takenBytes).toBe(24);
});

test('a mouse without a driver forgets what the host does, but for the buttons', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseLine.onInput(Uint8Array.from([...movement(1, 1, 0, 1), ...movement(1, 1, 0, 3)]));
  expect([rig.received(), rig.mouseLine.takenBytes]).toEqual([[], 12]);
  expect(rig.mouseCommand(0xe9)[1]).toBe(0x05);
});

test('packets come no more often than the sample rate says', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseCommand(0xf3, 20, 0xf4);
  let bytes = 0;
  for (let time = 0; time < 50; time++) {
    rig.i8042.mouse.move(1, 0);
    bytes += rig.received().length;
  }
  expect(bytes).toBe(20 * 3);
});

test('five buttons, and a wheel of four bits', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseCommand(0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf3, 200, 0xf3, 200, 0xf3, 80);
  expect(rig.mouseCommand(0xf2, 0xf4)).toEqual([0xfa, 0x04, 0xfa]);
  rig.i8042.mouse.move(0, 0, -1);
  expect(rig.received()).toEqual([0x108, 0x100, 0x100, 0x10f]);
  rig.i8042.mouse.setButtons(0x1a);
  expect(rig.received()).toEqual([0x10a, 0x100, 0x100, 0x130]);
});

test('scaling 2:1 doubles what is more than a few counts, in stream mode', () => {
  const rig = new KeyboardRig();
  rig.enableBoth();
  rig.mouseCommand(0xe7, 0xf4);
  const moved = [1, 2, 3, 4, 5, 6, -100].map((x) => {
    rig.i8042.mouse.move(x, 0);
    return rig.received()[1];
  });
  expect(moved).toEqual([1, 1, 3, 6, 9, 12, -200 & 0xff].map((x) => x + 0x100));
  rig.i8042.mouse.move(4, 0);
  rig.received();
  rig.mouseCommand(0xf0);
  rig.i8042.mouse.move(4, 0);
  expect(rig.mouseCommand(0xeb)[2]).toBe(4);
});
