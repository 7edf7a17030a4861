import { expect, test } from 'vitest';
import { restore } from '../../support/restore.ts';
import { FULL, KeyboardRig, MS } from './ps2-rig.ts';

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

test.each<[string, (rig: KeyboardRig) => void, number, number]>([
  ['a byte as of the keyboard, then the command byte', (rig) => rig.command(0xd2, 0x5a), 0x20, 0x61],
  ['a byte as of the mouse, then the self test', (rig) => rig.command(0xd3, 0x5a), 0xaa, 0x55],
  ['the command byte, then the test of the mouse', (rig) => rig.command(0x20), 0xa9, 0],
])('of two answers that nobody reads the second one is there, once: %s', (_, first, second, answer) => {
  const rig = new KeyboardRig();
  rig.command(0x60, 0x61);
  first(rig);
  rig.command(second);
  expect(rig.in8(0x64) & (FULL | 0x20)).toBe(FULL);
  expect([rig.in8(0x60), rig.in8(0x64) & FULL]).toEqual([answer, 0]);
});

test('a device has a queue, and behind its byte in the buffer the last answer waits', () => {
  const rig = new KeyboardRig();
  rig.press([0x1e, 0x1f]);
  rig.advance(MS);
  rig.command(0xaa);
  rig.command(0xd3, 0x5a);
  expect([rig.in8(0x60), rig.in8(0x64) & 0x21, rig.in8(0x60)]).toEqual([0x1e, 0x21, 0x5a]);
  expect(rig.received()).toEqual([0x1f]);
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

test('translation leaves answers alone, but not the identification', () => {
  const rig = new KeyboardRig();
  expect(rig.keyboardCommand(0xf2)).toEqual([0xfa, 0xab, 0x41]);
});

test('replies come within microseconds, keys in the time that a byte takes on the cable', () => {
  const rig = new KeyboardRig();
  rig.press([0x1e]);
  rig.out8(0x60, 0xf2);
  const reply = [1, 2, 3].map(() => {
    rig.advance(MS / 50);
    return rig.in8(0x60);
  });
  expect(reply).toEqual([0xfa, 0xab, 0x41]);
  rig.advance(MS / 50);
  expect(rig.in8(0x64) & FULL).toBe(0);
  expect(rig.received()).toEqual([0x1e]);
});

test.each([
  ['a reply', (rig: KeyboardRig) => rig.out8(0x60, 0xee), 0xee],
  ['a key', (rig: KeyboardRig) => rig.press([0x1e]), 0x1e],
] as const)('%s waits until an answer of the controller has been read', (_, send, byte) => {
  const rig = new KeyboardRig();
  const { commandByte } = rig;
  send(rig);
  rig.out8(0x64, 0x20);
  rig.advance(MS);
  expect(rig.in8(0x60)).toBe(commandByte);
  expect(rig.received()).toEqual([byte]);
});

test('whoever polls sees a reply that is due, where its event is late', () => {
  const rig = new KeyboardRig();
  rig.out8(0x60, 0xee);
  expect(rig.in8(0x64) & FULL).toBe(0);
  rig.pass(MS / 50);
  expect(rig.in8(0x64) & FULL).toBe(FULL);
  expect(rig.in8(0x60)).toBe(0xee);
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

test('a byte to a mouse that is disabled enables it', () => {
  const rig = new KeyboardRig();
  rig.command(0xa7);
  expect([rig.commandByte & 0x20, rig.mouseCommand(0xff), rig.commandByte & 0x20]).toEqual([
    0x20,
    [0xfa, 0xaa, 0x00],
    0,
  ]);
});

/** A command comes when so many bytes of a key have been on the cable. */
test.each([
  ['goes up', [0x3a, 0xba], 2, [0x3a, 0xba, 0xfa]],
  ['was added', [0xe0, 0x4b], 1, [0xe0, 0x4b, 0xfa]],
])('a reply does not come between the bytes of a key that %s', (_, keys, bytes, received) => {
  const rig = new KeyboardRig();
  rig.press(keys);
  const before: number[] = [];
  for (let n = 0; n < bytes; n++) {
    rig.advance(MS);
    if ((rig.in8(0x64) & FULL) !== 0) before.push(rig.in8(0x60));
  }
  rig.out8(0x60, 0xed);
  expect([...before, ...rig.received()]).toEqual(received);
});

test('the byte that is asked for again comes before those after it', () => {
  const rig = new KeyboardRig();
  rig.press([0xe0, 0x4b]);
  rig.advance(MS);
  const first = rig.in8(0x60);
  rig.out8(0x60, 0xfe);
  expect([first, ...rig.received()]).toEqual([0xe0, 0xe0, 0x4b]);
});

test('a byte that is asked for again and again is the same each time, taken or not', () => {
  const rig = new KeyboardRig();
  rig.press([0xe0, 0x4b]);
  rig.advance(MS);
  const first = rig.in8(0x60);
  rig.out8(0x60, 0xfe, 0xfe);
  const again = rig.in8(0x60);
  rig.out8(0x60, 0xfe);
  expect([first, again, ...rig.received()]).toEqual([0xe0, 0xe0, 0xe0, 0x4b]);
  expect(rig.keyboardCommand(0xfe, 0xfe)).toEqual([0x4b, 0x4b]);
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

test('the output port and the pulse command reset the machine', () => {
  const rig = new KeyboardRig();
  rig.command(0xfe);
  rig.command(0xff);
  rig.command(0xd1, 0x02);
  expect(rig.requests).toEqual(['reset', 'reset']);
});

test('A20: output port, its short commands, and port 0x92, which sees what the others did: the last one counts', () => {
  const rig = new KeyboardRig();
  const states: boolean[][] = [];
  const note = () => states.push([rig.a20.isOpen, rig.in8(0x92) === 0x02]);
  note();
  rig.out8(0x92, 0x00);
  note();
  rig.command(0xdf);
  note();
  rig.command(0xdd);
  note();
  rig.out8(0x92, 0x02);
  note();
  rig.command(0xd1, 0xdd);
  rig.command(0xd0);
  expect(rig.in8(0x60) & 0x03).toBe(0x01);
  note();
  rig.command(0xd1, 0xdf);
  rig.out8(0x92, 0x00);
  note();
  expect(states).toEqual([true, false, true, false, true, false, false].map((open) => [open, open]));
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

test('a wide read has one byte in all places, and the bytes after it as far as there are any', () => {
  const rig = new KeyboardRig();
  const wide = (size: 2 | 4) => {
    rig.advance(MS);
    return rig.ports.read(0x60, size);
  };
  rig.press([0x1e]);
  rig.advance(MS);
  expect(rig.ports.read(0x64, 2)).toBe(0x1515);
  expect(wide(2)).toBe(0x1e1e);
  expect(wide(4)).toBe(0x1e1e1e1e);
  rig.press([0xe0, 0x48]);
  expect([wide(2), rig.keyboardIrq.level, rig.received()]).toEqual([0x48e0, false, []]);
  rig.press([0xe0, 0xc8]);
  expect([wide(4), rig.received()]).toEqual([0xc8c8c8e0, []]);
});

test('a wide read takes nothing from the cable where the buffer was empty', () => {
  const rig = new KeyboardRig();
  rig.press([0x1e]);
  expect([rig.ports.read(0x60, 2), rig.received()]).toEqual([0, [0x1e]]);
});

test('a wide write reaches its port with each byte, low to high', () => {
  const rig = new KeyboardRig();
  rig.ports.write(0x60, 2, 0xeef2);
  expect(rig.received()).toEqual([0xee]);
  rig.ports.write(0x64, 4, 0xd0d1aead);
  expect(rig.received()).toHaveLength(1);
  expect(rig.commandByte & 0x10).toBe(0);
});
