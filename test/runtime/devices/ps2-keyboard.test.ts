import { describe, expect, test } from 'vitest';
import { restore } from '../../support/restore.ts';
import { FULL, KeyboardRig, MS } from './ps2-rig.ts';

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

test('a scancode set that there is not is asked for again, and the set stays', () => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x05);
  expect(rig.keyboardCommand(0xf0, 0x04)).toEqual([0xfa, 0xfe]);
  expect(rig.keyboardCommand(0xf0, 0x00)).toEqual([0xfa, 0xfa, 0x02]);
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

test('a keyboard that is disabled by command sends no keys; enabled again it does', () => {
  const rig = new KeyboardRig();
  rig.keyboardCommand(0xf5);
  rig.press([0x1e]);
  expect(rig.received()).toEqual([]);
  rig.keyboardCommand(0xf4);
  rig.press([0x1f]);
  expect(rig.received()).toEqual([0x1f]);
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

describe('shifts that nobody presses go around keys beside the keypad', () => {
  const [LEFT, RIGHT, ARROW, HOME, DIVIDE, ENTER] = [0x2a, 0x36, 0xcb, 0xc7, 0xb5, 0x9c];
  /** The bytes of keys in hexadecimal: a number is a key that goes down, a negative one goes up. */
  const bytesOf = (rig: KeyboardRig, ...keys: readonly number[]): string =>
    keys
      .flatMap((key) => {
        rig.i8042.keyboard.key(Math.abs(key), key > 0);
        return rig.received();
      })
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');

  test.each([
    ['without shift', [ARROW, -ARROW], 'e0 4b e0 cb'],
    ['with the left one', [LEFT, ARROW, -ARROW, -LEFT], '2a e0 aa e0 4b e0 cb e0 2a aa'],
    ['with the right one', [RIGHT, HOME, -HOME, -RIGHT], '36 e0 b6 e0 47 e0 c7 e0 36 b6'],
    ['with both', [LEFT, RIGHT, ARROW, -ARROW], '2a 36 e0 aa e0 b6 e0 4b e0 cb e0 36 e0 2a'],
    ['with one that goes up before the key', [LEFT, ARROW, -LEFT, -ARROW], '2a e0 aa e0 4b aa e0 cb'],
    ['the divide key, too', [LEFT, DIVIDE, -DIVIDE], '2a e0 aa e0 35 e0 b5 e0 2a'],
    ['but not enter', [LEFT, ENTER, -ENTER], '2a e0 1c e0 9c'],
    ['nor keys of the keypad', [LEFT, 0x4b, -0x4b], '2a 4b cb'],
  ])('%s', (_, keys, bytes) => {
    expect(bytesOf(new KeyboardRig(), ...keys)).toBe(bytes);
  });

  test('with num lock one goes down, unless a shift is held', () => {
    const rig = new KeyboardRig();
    rig.keyboardCommand(0xed, 0x02);
    expect(bytesOf(rig, ARROW, -ARROW)).toBe('e0 2a e0 4b e0 cb e0 aa');
    expect(bytesOf(rig, LEFT, ARROW, -ARROW, -LEFT)).toBe('2a e0 4b e0 cb aa');
    expect(bytesOf(rig, DIVIDE, -DIVIDE)).toBe('e0 35 e0 b5');
  });

  test('in set 2', () => {
    const rig = new KeyboardRig();
    rig.command(0x60, 0x05);
    expect(bytesOf(rig, LEFT, ARROW, -ARROW, -LEFT)).toBe('12 e0 f0 12 e0 6b e0 f0 6b e0 12 f0 12');
  });

  test('but not in set 3', () => {
    const rig = new KeyboardRig();
    rig.command(0x60, 0x05);
    rig.keyboardCommand(0xf0, 0x03);
    expect(bytesOf(rig, LEFT, ARROW, -LEFT)).toBe('12 61 f0 12');
  });

  test('once, though the key repeats', () => {
    const rig = new KeyboardRig();
    expect(bytesOf(rig, LEFT, ARROW)).toBe('2a e0 aa e0 4b');
    rig.advance(600 * MS);
    expect(rig.received()).toEqual([0xe0, 0x4b]);
  });
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

test('after a load the host knows the lights of the loaded state', () => {
  const rig = new KeyboardRig();
  rig.keyboardCommand(0xed, 0x02);
  const saved = rig.i8042.component.save();
  rig.keyboardCommand(0xed, 0x05);
  restore(rig.i8042.component, saved);
  expect(rig.keyboardLine.sent).toEqual([2, 5, 2]);
});
