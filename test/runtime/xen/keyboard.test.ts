import { expect, test } from 'vitest';
import { pauseEvents } from '../../../runtime/host/key-events.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { linuxKey } from '../../../runtime/xen/backends/linux-keys.ts';
import { PAGE, Place, XenRig } from './xen-rig.ts';

const READ = 2;
const [OFF, ABSOLUTE, RELATIVE] = [0, 1, 2];
const BACK = '/local/domain/0/backend/vkbd/1/0';

/** A machine whose guest uses the keyboard, and its channel. */
function started(nodes: Readonly<Record<string, string>> = {}): { rig: XenRig; channel: number } {
  const rig = new XenRig();
  rig.start();
  return { rig, channel: rig.connectKeyboard(nodes) };
}

/** Bytes of a pointer's movement, as the host sends them. */
function movement(x: number, y: number, wheel = 0, buttons = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(6));
  view.setInt16(0, x, true);
  view.setInt16(2, y, true);
  view.setInt8(4, wheel);
  view.setUint8(5, buttons);
  return new Uint8Array(view.buffer);
}

/** Type, second byte, and the three words that follow. */
const read = (event: DataView): number[] => [
  event.getUint8(0),
  event.getUint8(1),
  ...[4, 8, 12].map((at) => event.getInt32(at, true)),
];
const key = (number: number, isDown: number): number[] => [3, isDown, number, 0, 0];

test('the front end finds what the pointer can', () => {
  const rig = new XenRig();
  rig.start();
  expect(rig.ask(READ, `${BACK}/feature-abs-pointer\0`)).toBe('1');
  expect(rig.ask(READ, `${BACK}/feature-raw-pointer\0`)).toBe('1');
  expect([rig.ask(READ, `${BACK}/width\0`), rig.ask(READ, `${BACK}/height\0`)]).toEqual(['32767', '32767']);
  expect(rig.ask(READ, 'device/vkbd/0/backend\0')).toBe(BACK);
});

test('keys have Linux’s numbers', () => {
  const { rig, channel } = started();
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('4');
  // A, the arrow up, right Ctrl, F12, right Alt, a key that there is not, and the left Windows key.
  for (const number of [0x1e, 0xc8, 0x9d, 0x58, 0xb8, 0x60, 0xdb]) rig.keys.onInput(Uint8Array.of(number, 1));
  rig.advance(100_000_000);
  expect(rig.takeEvent(channel)).toBe(true);
  const numbers = [30, 103, 97, 88, 100, 125];
  expect(rig.keyboardEvents(channel).map(read)).toEqual(numbers.map((number) => key(number, 1)));
  rig.keys.onInput(Uint8Array.of(0x1e, 0));
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 0)]);
  expect(rig.keys.takenBytes).toBe(16);
  // Keys that go down wake a machine that is suspended.
  expect(rig.offs).toEqual(numbers.map(() => 'wake'));
});

test('a key that is held for less does not go down again, however late the host is', () => {
  const { rig, channel } = started();
  const sent = Uint8Array.of(0x1e, 1, ...pauseEvents(100), 0x60, 1, ...pauseEvents(3), 0x1e, 0);
  rig.keys.onInput(sent);
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 1)]);
  rig.advance(5_000_000_000);
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 0)]);
  expect(rig.keys.takenBytes).toBe(sent.length);
});

test('a key that is held goes down again and again, until it or another one goes up or down', () => {
  const { rig, channel } = started();
  const pressed = (milliseconds: number) => {
    rig.advance(milliseconds * 1_000_000);
    return rig.keyboardEvents(channel).map(read);
  };
  rig.keys.onInput(Uint8Array.of(0x1e, 1));
  expect(pressed(499)).toEqual([key(30, 1)]);
  expect(pressed(300)).toEqual([key(30, 1), key(30, 1), key(30, 1), key(30, 1)]);
  // One that the host repeats itself, as viewers of VNC do, is not repeated twice.
  rig.keys.onInput(Uint8Array.of(0x1e, 1));
  expect(pressed(1)).toEqual([]);
  expect(rig.keys.takenBytes).toBe(4);
  rig.keys.onInput(Uint8Array.of(0x30, 1));
  expect(pressed(500)).toEqual([key(48, 1), key(48, 1)]);
  rig.keys.onInput(Uint8Array.of(0x1e, 0));
  expect(pressed(2000)).toEqual([key(30, 0)]);
  rig.keys.onInput(Uint8Array.of(0x1e, 1));
  rig.ask(11, 'device/vkbd/0/state\x005');
  expect(pressed(2000)).toEqual([key(30, 1)]);
});

test('a state has the key that is held', () => {
  const { rig, channel } = started();
  rig.keys.onInput(Uint8Array.of(0x1e, 1));
  rig.keyboardEvents(channel);
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  const components = ({ xen, events }: XenRig) => [events.component, xen.component];
  loadComponents(components(other), saveComponents(components(rig)));
  other.advance(500_000_000);
  expect(other.keyboardEvents(channel).map(read)).toEqual([key(30, 1)]);
});

test('movements, the wheel and buttons, whose changes are keys', () => {
  const { rig, channel } = started();
  rig.pointer.onInput(movement(5, 7));
  rig.pointer.onInput(movement(0, 0, -2));
  rig.pointer.onInput(movement(0, 0, 0, 0b11001));
  rig.pointer.onInput(movement(-1, 0, 0, 0b00100));
  rig.advance(10_000_000);
  expect(rig.keyboardEvents(channel).map(read)).toEqual([
    [1, 0, 5, -7, 0],
    [1, 0, 0, 0, -2],
    ...[0x110, 0x113, 0x114].map((number) => key(number, 1)),
    [1, 0, -1, 0, 0],
    key(0x110, 0),
    key(0x112, 1),
    key(0x113, 0),
    key(0x114, 0),
  ]);
  expect(rig.pointer.takenBytes).toBe(24);
});

test('places, where the front end asks for them', () => {
  const { rig, channel } = started({ 'request-abs-pointer': '1' });
  expect(rig.pointer.sent).toEqual([ABSOLUTE]);
  rig.pointer.onInput(movement(32767, 100, 3, 2));
  expect(rig.keyboardEvents(channel).map(read)).toEqual([[4, 0, 32767, 100, 3], key(0x111, 1)]);
});

test('the host hears whether the guest uses them, and how', () => {
  const { rig } = started();
  expect([rig.keys.sent, rig.pointer.sent]).toEqual([[0x80], [RELATIVE]]);
  // Old front ends ask for places only when they see that the back end is connected.
  rig.ask(11, 'device/vkbd/0/request-abs-pointer\x001');
  rig.ask(11, 'device/vkbd/0/state\x004');
  expect(rig.pointer.sent).toEqual([RELATIVE, ABSOLUTE]);
  rig.ask(11, 'device/vkbd/0/state\x005');
  expect([rig.keys.sent.at(-1), rig.pointer.sent.at(-1)]).toEqual([0, OFF]);
  rig.keys.onInput(Uint8Array.of(30, 1));
  expect(rig.keys.takenBytes).toBe(2);
  rig.xen.reset();
  expect(rig.pointer.sent).toHaveLength(3);
});

test('a driver that comes again need not say that it begins', () => {
  const { rig } = started();
  rig.ask(11, 'device/vkbd/0/state\x005');
  rig.ask(11, 'device/vkbd/0/state\x006');
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('6');
  // Nothing is connected again by a word of a driver that has gone.
  rig.ask(11, 'device/vkbd/0/state\x004');
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('6');
  const channel = rig.connectKeyboard();
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('4');
  rig.keys.onInput(Uint8Array.of(30, 1));
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 1)]);
});

test('an old front end names its page by a number', () => {
  const { rig, channel } = started({ 'page-ref': `${Place.keyboard}` });
  rig.keys.onInput(Uint8Array.of(30, 1));
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 1)]);
});

test.each([
  ['a page that is not granted', { 'page-gref': '99' }],
  ['a number of no page', { 'page-ref': '1000000' }],
  ['rubbish', { 'page-ref': '-1' }],
  ['a channel that is not there', { 'event-channel': '77' }],
])('%s connects no keyboard', (_name, nodes) => {
  const { rig } = started(nodes as Readonly<Record<string, string>>);
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('2');
  expect(rig.keys.sent).toEqual([]);
});

test('more than the ring has room for waits, and loses nothing', () => {
  const { rig, channel } = started();
  for (let n = 0; n < 60; n++) rig.keys.onInput(Uint8Array.of(n + 1, 0));
  rig.advance(1_000_000_000);
  rig.pointer.onInput(movement(1, 1, 1, 31));
  expect([rig.keys.takenBytes, rig.pointer.takenBytes]).toEqual([102, 0]);
  const all = rig.keyboardEvents(channel).map(read);
  rig.advance(1_000_000_000);
  all.push(...rig.keyboardEvents(channel).map(read));
  expect(all.filter(([type, , number]) => type === 3 && number! < 256)).toEqual(
    Array.from({ length: 60 }, (_, n) => key(linuxKey(n + 1)!, 0)),
  );
  expect(all).toHaveLength(66);
  expect([rig.keys.takenBytes, rig.pointer.takenBytes]).toEqual([120, 6]);
});

test('keys and movements come no faster than programs read them', () => {
  const { rig, channel } = started();
  for (let n = 0; n < 4; n++) rig.keys.onInput(Uint8Array.of(30, 0));
  for (let n = 0; n < 12; n++) rig.pointer.onInput(movement(1, 0));
  const types = (milliseconds: number) => {
    rig.advance(milliseconds * 1_000_000);
    return rig.keyboardEvents(channel).map((event) => event.getUint8(0));
  };
  expect(types(0)).toEqual([3, 1]);
  expect(types(9)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(types(20).toSorted()).toEqual([1, 1, 3, 3]);
});

test.each([0xffff_ffff, 0x8000_0000, 52])('counters that cannot be stop it: %i events are in the ring', (count) => {
  const { rig, channel } = started();
  rig.view.setUint32(Place.keyboard * PAGE + 4, count, true);
  rig.keys.onInput(Uint8Array.of(30, 1));
  expect(rig.view.getUint32(Place.keyboard * PAGE + 4, true)).toBe(count);
  rig.view.setUint32(Place.keyboard * PAGE, count, true);
  rig.callWith(32, 4, channel);
  expect(rig.keyboardEvents(channel).map(read)).toEqual([key(30, 1)]);
});

test('a state has what waits, and the buttons that are down', () => {
  const { rig, channel } = started({ 'request-abs-pointer': '1' });
  rig.pointer.onInput(movement(1, 1, 0, 1));
  for (let n = 0; n < 60; n++) rig.keys.onInput(Uint8Array.of(30, 0));
  rig.advance(1_000_000_000);
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  const before = rig.bytes.slice();
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  // The guest does not notice.
  expect(other.bytes).toEqual(before);
  expect([other.keys.sent, other.pointer.sent]).toEqual([[0x80], [ABSOLUTE]]);
  const all = other.keyboardEvents(channel).map(read);
  other.advance(1_000_000_000);
  all.push(...other.keyboardEvents(channel).map(read));
  expect(all).toHaveLength(62);
  expect(all.slice(3)).toEqual(Array.from({ length: 59 }, () => key(30, 0)));
  other.pointer.onInput(movement(1, 1, 0, 0));
  expect(other.keyboardEvents(channel).map(read)).toEqual([[4, 0, 1, 1, 0], key(0x110, 0)]);
});
