import { expect, test } from 'vitest';
import type { VncClient } from '../../support/vnc-client.ts';
import { VncRig } from './rig.ts';

const Keysym = { shift: 0xffe1, shiftRight: 0xffe2, f5: 0xffc2, keypad7: 0xff95, isoTab: 0xfe20, euro: 0x010020ac };
const code = (character: string): number => character.charCodeAt(0);

/** The scancodes that the machine's keyboard gets for keysyms that go down, or up with a minus. */
async function typed(rig: VncRig, ...keysyms: readonly number[]): Promise<string[]> {
  const client = await rig.viewer();
  for (const keysym of keysyms) client.key(keysym > 0, Math.abs(keysym));
  await answered(client);
  return rig.keys;
}

/** All that was sent before has been read. */
async function answered(client: VncClient): Promise<void> {
  client.request(false);
  await client.update();
}

test('keys by their keysyms', async () => {
  const keysyms = [code('a'), -code('a'), Keysym.f5, -Keysym.f5, Keysym.keypad7, -Keysym.keypad7, Keysym.isoTab];
  expect(await typed(new VncRig(), ...keysyms)).toEqual(['a', '-a', 'f5', '-f5', 'kp_7', '-kp_7', 'tab']);
});

test('characters of Unicode, as far as the US layout has them', async () => {
  expect(await typed(new VncRig(), 0x01000041, Keysym.euro, 0xe4)).toEqual(['shift', 'a', '-shift']);
});

test('Shift is as the character needs it, whatever layout the viewer has', async () => {
  const german = [Keysym.shiftRight, code('/'), -code('/'), -Keysym.shiftRight];
  expect(await typed(new VncRig(), ...german)).toEqual([
    'shift_r',
    '-shift_r',
    'slash',
    'shift_r',
    '-slash',
    '-shift_r',
  ]);
  expect(await typed(new VncRig(), code('!'), -code('!'))).toEqual(['shift', '1', '-shift', '-1']);
  expect(await typed(new VncRig(), Keysym.shift, code('A'))).toEqual(['shift', 'a']);
});

test('characters are typed as the guest has them: with AltGr, with Shift, and with dead keys', async () => {
  const rig = new VncRig();
  rig.keyboard.layout = 'de';
  expect(await typed(rig, code('@'), -code('@'), code('/'), -code('/'))).toEqual([
    ...['alt_r', 'q', '-alt_r', '-q', 'shift', '7', '-shift', '-7'],
  ]);
  rig.keys.length = 0;
  expect(await typed(rig, 0xea, -0xea, Keysym.euro, 0xfe52)).toEqual([
    ...['grave_accent', '-grave_accent', 'e', '-e', 'alt_r', 'e', '-alt_r', 'grave_accent'],
  ]);
});

test('letters with Caps Lock are what they are', async () => {
  const rig = new VncRig();
  await rig.keyboard.receive(Uint8Array.of(4));
  expect(await typed(rig, code('A'), -code('A'), code('a'))).toEqual(['a', '-a', 'shift', 'a', '-shift']);
});

test('keys by their scancodes, where the viewer is offered them', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.setEncodings(0, -258);
  client.request(false);
  expect((await client.update()).map(({ encoding }) => encoding)).toEqual([-258, 0]);
  client.extendedKey(true, code('z'), 0x15);
  client.extendedKey(false, code('z'), 0x15);
  client.extendedKey(true, 0, 0x80 | 0x38);
  client.extendedKey(true, code('b'), 0);
  await answered(client);
  expect(rig.keys).toEqual(['y', '-y', 'alt_r', 'b']);
});

test('what a viewer holds goes up when it goes', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.key(true, Keysym.shift);
  client.pointer(1, 5, 5);
  await answered(client);
  client[Symbol.dispose]();
  await expect.poll(() => rig.keys).toEqual(['shift', '-shift']);
  expect(rig.mouse.at(-1)).toEqual([0, 0, 0, 0]);
});

test('keys that the guest does not take are dropped at last, and those that are down go up', async () => {
  const rig = new VncRig({}, 0);
  const client = await rig.viewer();
  for (let n = 0; n < 1000; n++) client.key(true, 0x61 + (n % 26));
  await answered(client);
  expect(rig.keys).toEqual([]);
});

test('the mouse moves as far as the pointer did; the first place is where it is', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.pointer(0, 50, 40);
  client.pointer(0, 57, 38);
  client.pointer(4, 57, 38);
  client.pointer(2, 57, 38);
  await answered(client);
  expect(rig.mouse).toEqual([
    [0, 0, 0, 0],
    [7, -2, 0, 0],
    [0, 0, 0, 0],
    [0, 0, 0, 2],
    [0, 0, 0, 4],
  ]);
});

test('a turn of the wheel is a press of its button', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  for (const buttons of [8, 0, 16, 16, 0]) client.pointer(buttons, 1, 1);
  await answered(client);
  expect(rig.mouse.map(([, , turned]) => turned).filter((turned) => turned !== 0)).toEqual([-1, 1]);
});

test('a viewer that is told so tells of movements', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.setEncodings(0, -257);
  client.request(false);
  const [told] = await client.update();
  expect(told).toMatchObject({ x: 0, encoding: -257 });
  client.pointer(0, 0x7fff + 10, 0x7fff - 3);
  client.pointer(0, 0x7fff + 10, 0x7fff - 3);
  await answered(client);
  expect(rig.mouse.filter(([x]) => x !== 0)).toEqual([
    [10, -3, 0, 0],
    [10, -3, 0, 0],
  ]);
});

test('a tablet is where the pointer is; movements stay for who is not told', async () => {
  const rig = new VncRig();
  await rig.pointer.tablet.receive(Uint8Array.of(1));
  const client = await rig.viewer();
  client.pointer(0, 99, 0);
  client.pointer(1, 0, 69);
  await answered(client);
  expect(rig.places).toEqual([
    [32767, 0, 0],
    [32767, 0, 0],
    [0, 32767, 0],
    [0, 32767, 1],
  ]);
  expect(rig.mouse).toEqual([]);
});

test('a viewer hears when the guest begins and ends to use a tablet', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.setEncodings(0, -257);
  client.request(false);
  expect(await client.update()).toContainEqual(expect.objectContaining({ x: 0, encoding: -257 }));
  for (const isUsed of [1, 0]) {
    client.request(true);
    await rig.pointer.tablet.receive(Uint8Array.of(isUsed));
    expect(await client.update()).toContainEqual(expect.objectContaining({ x: isUsed, encoding: -257 }));
  }
});

test('movements that the guest does not take become one', async () => {
  const rig = new VncRig({}, 6);
  const client = await rig.viewer();
  for (let n = 0; n <= 1000; n++) client.pointer(0, n % 100, 0);
  await answered(client);
  for (let n = 0; n < 10; n++) {
    rig.mouseLine.taken(6);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const moved = rig.mouse.reduce((sum, [x]) => sum + x!, 0);
  expect(rig.mouse.length).toBeLessThan(10);
  expect(moved).toBe(0);
});
