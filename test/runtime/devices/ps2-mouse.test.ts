import { expect, test } from 'vitest';
import { KeyboardRig } from './ps2-rig.ts';

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
