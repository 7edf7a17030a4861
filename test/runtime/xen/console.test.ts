import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { PAGE, Place, XenRig } from './xen-rig.ts';

const DOMAIN = 0x7ff0;
const READ = 2;
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A machine and the channel of one of its consoles. */
function started(console: number): { rig: XenRig; channel: number } {
  const rig = new XenRig();
  rig.start();
  const channel = console === 0 ? rig.callWith(34, 1, DOMAIN, 18, 0, 0).words[2]! : rig.connectConsole();
  return { rig, channel };
}

test('the first console is there before any driver, and the store tells of it', () => {
  const { rig, channel } = started(0);
  const page = rig.callWith(34, 1, DOMAIN, 17, 0, 0).words[2]!;
  expect(page).toBe(0xfeff8);
  expect(rig.ask(READ, 'console/ring-ref\0')).toBe(`${page}`);
  expect(rig.ask(READ, 'console/port\0')).toBe(`${channel}`);
  expect(rig.callWith(34, 0, DOMAIN, 17, 5, 0).answer).toBe(-1);
});

test('a further console is connected by its front end', () => {
  const { rig } = started(1);
  expect(rig.ask(READ, '/local/domain/0/backend/console/1/1/state\0')).toBe('4');
  expect(rig.ask(READ, '/local/domain/0/backend/console/1/1/frontend\0')).toBe('/local/domain/1/device/console/1');
});

test.each([0, 1])('console %i carries bytes both ways, as much at a time as there is room for', (n) => {
  const { rig, channel } = started(n);
  const [console, other] = [rig.consoles[n as 0 | 1], rig.consoles[n === 0 ? 1 : 0]];
  const all = 'abcdefg\n'.repeat(1000);
  for (let at = 0; at < all.length; at += 2000) rig.say(n, channel, all.slice(at, at + 2000));
  expect(String.fromCharCode(...console.sent)).toBe(all);
  expect(rig.takeEvent(channel)).toBe(true);
  console.onInput(text(all));
  expect(console.takenBytes).toBe(1024);
  expect(rig.takeEvent(channel)).toBe(true);
  let heard = '';
  for (let rounds = 0; rounds < 10; rounds++) heard += rig.hear(n, channel);
  expect(heard).toBe(all);
  expect(console.takenBytes).toBe(all.length);
  expect(other.sent).toEqual([]);
});

test.each([0, 1])(
  'counters of console %i that cannot be give no more than a ring has, and take nothing of others',
  (n) => {
    const { rig, channel } = started(n);
    const page = rig.consolePage(n);
    page.setUint32(3084, 0x8000_0000, true);
    rig.callWith(32, 4, channel);
    expect(rig.consoles[n as 0 | 1].sent).toHaveLength(2048);
    page.setUint32(3072, 5, true);
    rig.consoles[n as 0 | 1].onInput(text('x'));
    expect(page.getUint32(3076, true)).toBe(0);
    page.setUint32(3072, 0xffff_ffff, true);
    rig.callWith(32, 4, channel);
    expect(page.getUint32(3076, true)).toBe(1);
  },
);

test.each([
  ['a ring that is not granted', 99, '2'],
  ['a ring that is granted to be read', undefined, '2'],
])('%s connects no console', (_name, reference, state) => {
  const rig = new XenRig();
  rig.start();
  rig.connectConsole(reference ?? rig.grant(Place.consoleRing, 5));
  expect(rig.ask(READ, '/local/domain/0/backend/console/1/1/state\0')).toBe(state);
  rig.consoles[1].onInput(text('x'));
  expect(rig.bytes.subarray(Place.consoleRing * PAGE, (Place.consoleRing + 1) * PAGE).some((byte) => byte !== 0)).toBe(
    false,
  );
});

test('a page that the guest takes back is written no more, and what comes waits', () => {
  const { rig, channel } = started(1);
  rig.grant(Place.consoleRing, 0);
  rig.consoles[1].onInput(text('later'));
  expect(rig.consolePage(1).getUint32(3076, true)).toBe(0);
  rig.grant(Place.consoleRing);
  rig.callWith(32, 4, channel);
  expect(rig.hear(1, channel)).toBe('later');
});

test.each([0, 1])('a state has what waits for console %i', (n) => {
  const { rig } = started(n);
  rig.consoles[n as 0 | 1].onInput(text('y'.repeat(1500)));
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  const channel = n === 0 ? other.callWith(34, 1, DOMAIN, 18, 0, 0).words[2]! : 3;
  const heard = other.hear(n, channel) + other.hear(n, channel);
  expect(heard).toBe('y'.repeat(1500));
  other.say(n, channel, 'on');
  expect(String.fromCharCode(...other.consoles[n as 0 | 1].sent)).toBe('on');
});

test('a state from before a driver has no back ends that go on', () => {
  const rig = new XenRig();
  rig.start();
  const saved = saveComponents([rig.xen.component]);
  const channel = rig.connectConsole();
  loadComponents([rig.xen.component], saved);
  rig.consoles[1].onInput(text('x'));
  expect(rig.consolePage(1).getUint32(3076, true)).toBe(0);
  // The channel is used for something else now.
  expect(rig.callWith(32, 7, 0, 0).words[1]).toBe(channel);
  expect(rig.callWith(32, 10, DOMAIN).answer).toBe(0);
});

test('without consoles there is none to find', () => {
  const rig = new XenRig([]);
  rig.start();
  expect(rig.callWith(34, 1, DOMAIN, 18, 0, 0).words[2]).toBe(0);
  expect(rig.ask(READ, 'console/port\0')).toBe('error ENOENT\0');
});

test.each([0, 1])('the guest does not notice that a state was loaded: console %i', (n) => {
  const { rig, channel } = started(n);
  const page = rig.consolePage(n);
  // It has not told yet of what it has written.
  page.setUint8(1024, 0x78);
  page.setUint32(3084, 1, true);
  const [bytes, special] = [rig.bytes.slice(), rig.special.slice()];
  loadComponents([rig.xen.component], saveComponents([rig.xen.component]));
  expect([rig.bytes, rig.special]).toEqual([bytes, special]);
  expect(rig.consoles[n as 0 | 1].sent).toEqual([]);
  rig.callWith(32, 4, channel);
  expect(rig.consoles[n as 0 | 1].sent).toEqual([0x78]);
});
