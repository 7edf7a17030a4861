import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { xenLeaf } from '../../../runtime/xen/leaves.ts';
import { blockRequest, contents, MEMORY_BYTES, PAGE, Place, XenRig } from './xen-rig.ts';

const DOMAIN = 0x7ff0;
const started = (): XenRig => {
  const rig = new XenRig();
  rig.start();
  return rig;
};

test('leaves of CPUID name the hypervisor, its version, the register for calls, and the processor', () => {
  const rig = new XenRig();
  const [last, ...name] = rig.xen.leaf(0x40000000, 0)!;
  expect(last).toBe(0x40000005);
  expect(String.fromCharCode(...new Uint8Array(Uint32Array.from(name).buffer))).toBe('XenVMMXenVMM');
  expect(rig.xen.leaf(0x40000001, 0)).toEqual([0x40011, 0, 0, 0]);
  expect(rig.xen.leaf(0x40000002, 0)).toEqual([1, 0x40000000, 0, 0]);
  rig.processor = 1;
  expect(rig.xen.leaf(0x40000004, 0)).toEqual([0x58, 1, 1, 0]);
  expect(rig.xen.leaf(0x40000006, 0)).toBeUndefined();
});

test('before 4.17 guests are not told of a vector for each processor', () => {
  expect(xenLeaf(0x40010, 1, 0x40000004, 0)).toEqual([0x18, 1, 1, 0]);
});

test('the hypercall page has a stub for each call', () => {
  const rig = new XenRig();
  rig.xen.placeHypercalls(0x5000);
  const call17 = rig.bytes.subarray(0x5000 + 17 * 32, 0x5000 + 17 * 32 + 9);
  expect([...call17]).toEqual([0xb8, 17, 0, 0, 0, 0x0f, 0x01, 0xc1, 0xc3]);
  expect(rig.bytes[0x6000]).toBe(0);
});

test.each([
  ['the version', (rig: XenRig) => rig.call(17, 0, 0), 0x40011],
  ['a call that there is not', (rig: XenRig) => rig.call(63, 0, 0), -38],
  ['an operation that there is not', (rig: XenRig) => rig.call(32, 99, 0), -38],
  ['a structure where nothing is mapped', (rig: XenRig) => rig.call(34, 1, MEMORY_BYTES - 8), -14],
  ['another domain', (rig: XenRig) => rig.callWith(34, 1, 5, 1, 0, 0).answer, -1],
  ['a parameter that there is not', (rig: XenRig) => rig.callWith(34, 1, DOMAIN, 99, 0, 0).answer, -22],
  ['a parameter that is not the guest’s', (rig: XenRig) => rig.callWith(34, 0, DOMAIN, 1, 5, 0).answer, -1],
  ['a vector of an exception', (rig: XenRig) => rig.callWith(34, 0, DOMAIN, 0, 0x10e, 2 << 24).answer, -22],
  ['a shared page beyond memory', (rig: XenRig) => rig.callWith(12, 7, DOMAIN, 0, 0, 0x12345).answer, -22],
  ['a processor that there is not', (rig: XenRig) => rig.call(24, 8, 2), -2],
  ['a channel that there is not', (rig: XenRig) => rig.callWith(32, 4, 4096).answer, -22],
  [
    'more pages than one call can have',
    (rig: XenRig) => rig.callWith(12, 1, 0x1000, 0x7fffffff, 0, 0, DOMAIN).answer,
    -22,
  ],
])('the answer to %s', (_name, act, answer) => {
  expect(act(started())).toBe(answer);
});

test('programs may make no calls', () => {
  const rig = started();
  rig.isSystem = false;
  expect(rig.call(17, 0, 0)).toBe(-1);
});

test('the shared page tells the time, and so does the structure of a processor that is elsewhere', () => {
  const rig = started();
  const page = Place.shared * PAGE;
  expect([0x904, 0x908].map((at) => rig.view.getUint32(page + at, true))).toEqual([1000, 500_000_000]);
  const time = (at: number) => [8, 16, 24].map((offset) => rig.view.getUint32(at + offset, true));
  expect(time(page + 32)).toEqual([5, 0, 0x80000000]);
  rig.view.setUint32(Place.scratch * PAGE + 0x100, Place.data, true);
  rig.view.setUint32(Place.scratch * PAGE + 0x108, 64, true);
  expect(rig.call(24, 10, 1, Place.scratch * PAGE + 0x100)).toBe(0);
  expect(time(Place.data * PAGE + 64 + 32)).toEqual([5, 0, 0x80000000]);
  // Version: even, and another one after each change.
  const version = rig.view.getUint32(page + 32, true);
  rig.xen.timeChanged();
  expect(rig.view.getUint32(page + 32, true)).toBe(version + 2);
});

test('an event makes its channel pending, and tells its processor once', () => {
  const rig = started();
  const ipi = rig.callWith(32, 7, 0, 0).words[1]!;
  const send = () => rig.callWith(32, 4, ipi).answer;
  expect([send(), send()]).toEqual([0, 0]);
  expect(rig.upcalls).toEqual([[0, 0xf3]]);
  expect(rig.takeEvent(ipi)).toBe(true);
  send();
  expect(rig.upcalls).toHaveLength(2);
});

test('a masked channel is told of when it is unmasked', () => {
  const rig = started();
  const ipi = rig.callWith(32, 7, 0, 0).words[1]!;
  const mask = Place.shared * PAGE + 0x880;
  rig.view.setUint32(mask, 0xffffffff, true);
  rig.callWith(32, 4, ipi);
  expect(rig.upcalls).toEqual([]);
  expect(rig.callWith(32, 9, ipi).answer).toBe(0);
  expect(rig.upcalls).toEqual([[0, 0xf3]]);
  expect(rig.view.getUint32(mask, true)).toBe(~(1 << ipi) >>> 0);
});

test('timers of processors ring at their times', () => {
  const rig = started();
  const channel = rig.callWith(32, 1, 0, 1, 0).words[2]!;
  rig.callWith(34, 23, 1, 0xf4);
  rig.view.setBigUint64(Place.scratch * PAGE, 5_000_000n, true);
  expect(rig.call(24, 8, 1, Place.scratch * PAGE)).toBe(0);
  rig.advance(4_999_000);
  expect(rig.takeEvent(channel)).toBe(false);
  rig.advance(2000);
  expect(rig.takeEvent(channel)).toBe(true);
  expect(rig.upcalls).toEqual([[1, 0xf4]]);
});

test('a guest without a vector hears by a line, until it has heard', () => {
  const rig = new XenRig();
  rig.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
  rig.callWith(34, 0, DOMAIN, 0, 5, 0);
  const ipi = rig.callWith(32, 7, 0, 0).words[1]!;
  rig.callWith(32, 4, ipi);
  expect(rig.irq.level).toBe(true);
  rig.advance(50_000);
  expect(rig.irq.level).toBe(true);
  rig.takeEvent(ipi);
  rig.advance(50_000);
  expect(rig.irq.level).toBe(false);
});

test('one vector for all processors comes past their APICs, as long as they have not heard', () => {
  const rig = new XenRig();
  rig.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
  const ipis = [0, 1].map((processor) => rig.callWith(32, 7, processor, 0).words[1]!);
  rig.callWith(32, 4, ipis[1]!);
  const pending = () => rig.directs.map((direct) => direct?.pending);
  expect([rig.upcalls, pending()]).toEqual([[], [undefined, undefined]]);
  expect(rig.callWith(34, 0, DOMAIN, 0, 0xf3, 2 << 24).answer).toBe(0);
  // What has come before is told at once.
  expect([rig.upcalls.splice(0), pending()]).toEqual([[[1, 0xf3]], [false, true]]);
  rig.callWith(32, 4, ipis[0]!);
  expect([rig.upcalls.splice(0), pending()]).toEqual([[[0, 0xf3]], [true, true]]);
  rig.takeEvent(ipis[0]!);
  expect(pending()).toEqual([false, true]);
  rig.callWith(34, 23, 1, 0xf4);
  expect(pending()).toEqual([false, undefined]);
  rig.callWith(34, 0, DOMAIN, 0, 0, 0);
  expect(rig.directs).toEqual([null, null]);
});

test('a state that is loaded has the vector for all processors', () => {
  const rig = new XenRig();
  rig.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
  rig.callWith(34, 0, DOMAIN, 0, 0xf3, 2 << 24);
  rig.callWith(32, 4, rig.callWith(32, 7, 0, 0).words[1]!);
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  expect(other.directs.map((direct) => direct && [direct.vector, direct.pending])).toEqual([
    [0xf3, true],
    [0xf3, false],
  ]);
  loadComponents([other.xen.component], saveComponents([new XenRig().xen.component]));
  expect(other.directs).toEqual([null, null]);
});

test('events interrupt processors that have a vector, and whose IF is set', () => {
  const rig = new XenRig();
  const can = () => [0, 1].map((processor) => rig.xen.canInterrupt((one) => one === processor));
  expect(can()).toEqual([false, false]);
  rig.callWith(34, 23, 1, 0xf4);
  expect(can()).toEqual([false, true]);
  rig.callWith(34, 0, DOMAIN, 0, 0xf3, 2 << 24);
  expect(can()).toEqual([true, true]);
});

test('a line is the first processor’s', () => {
  const rig = new XenRig();
  rig.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
  rig.callWith(34, 0, DOMAIN, 0, 5, 0);
  rig.callWith(32, 4, rig.callWith(32, 7, 1, 0).words[1]!);
  expect(rig.irq.level).toBe(false);
});

test('a line that is named again and again is one end of it, and only that of the platform device', () => {
  const rig = new XenRig();
  for (let n = 0; n < 128; n++) {
    rig.callWith(34, 0, DOMAIN, 0, 5, 0);
    rig.callWith(34, 0, DOMAIN, 0, ((n & 31) << 11) | (n >> 5), 1 << 24);
  }
  expect(rig.lineEnds).toBe(2);
});

test('a line that is high falls when the guest takes another way to hear', () => {
  const rig = new XenRig();
  rig.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
  rig.callWith(34, 0, DOMAIN, 0, 5, 0);
  rig.callWith(32, 4, rig.callWith(32, 7, 0, 0).words[1]!);
  expect(rig.irq.level).toBe(true);
  rig.callWith(34, 0, DOMAIN, 0, 0, 0);
  expect(rig.irq.level).toBe(false);
});

test('calls within a call of several are answered, but for such a call itself', () => {
  const rig = started();
  const list = Place.data * PAGE;
  for (const [n, number] of [17, 13].entries()) {
    rig.view.setUint32(list + 32 * n, number, true);
    rig.view.setUint32(list + 32 * n + 8, number === 13 ? list : 0, true);
    rig.view.setUint32(list + 32 * n + 12, 2, true);
  }
  expect(rig.call(13, list, 2)).toBe(0);
  expect([0, 32].map((at) => rig.view.getInt32(list + at + 4, true))).toEqual([0x40011, -22]);
});

test.each([
  [0, 0, ['off']],
  [1, 0, ['reset']],
  [2, 1, []],
  [3, 0, ['off']],
  [4, 0, ['off']],
  [5, 0, []],
  [6, -38, []],
])('a guest that shuts down says how: %i', (reason, answer, offs) => {
  const rig = started();
  expect(rig.callWith(29, 2, reason).answer).toBe(answer);
  expect(rig.offs).toEqual(offs);
});

test('a soft reset takes all that a system has of Xen away, but what is unplugged stays so', () => {
  const rig = started();
  rig.ports.write(0x10, 2, 1);
  const channel = rig.connectDisk();
  rig.ask(11, 'data/x\x001');
  rig.callWith(29, 2, 5);
  expect(rig.xen.hasUnplugged(1)).toBe(true);
  expect(rig.callWith(32, 4, channel).answer).toBe(-22);
  rig.upcalls.length = 0;
  expect(rig.ask(2, 'data/x\0')).toBe('error ENOENT\0');
  expect(rig.upcalls).toEqual([]);
  rig.start();
  rig.bytes.fill(0, Place.blockRing * PAGE, (Place.blockRing + 1) * PAGE);
  rig.request(rig.connectDisk(), blockRequest(3, 5, 0));
  rig.advance(1_000_000);
  expect(rig.answers()).toEqual([[5, 3, 0]]);
});

test('a guest that listens is asked to turn itself off by the store, and again when it has heard', () => {
  const rig = started();
  expect(rig.xen.askPowerOff()).toBe(false);
  rig.ask(11, 'control/feature-poweroff\x001');
  rig.ask(4, 'control/shutdown\0t\0');
  expect(rig.xen.askPowerOff()).toBe(true);
  expect(rig.fromStore()).toEqual([[15, 'control/shutdown\0t\0']]);
  expect(rig.ask(2, 'control/shutdown\0')).toBe('poweroff');
  // It has not answered: there is another way to ask it.
  expect(rig.xen.askPowerOff()).toBe(false);
  rig.ask(11, 'control/shutdown\0');
  expect(rig.xen.askPowerOff()).toBe(true);
});

test('a disk is read and written by granted pages', () => {
  const rig = started();
  const channel = rig.connectDisk();
  expect(rig.ask(2, '/local/domain/0/backend/vbd/1/51712/state')).toBe('4');
  expect(rig.ask(2, '/local/domain/0/backend/vbd/1/51712/sectors')).toBe('2048');
  const [one, two] = [rig.grant(Place.data), rig.grant(Place.data + 1, 5)] as const;
  rig.bytes.fill(0xab, (Place.data + 1) * PAGE, (Place.data + 2) * PAGE);
  rig.request(
    channel,
    blockRequest(0, 11, 8, [[one, 2, 5]]),
    blockRequest(1, 12, 100, [[two, 0, 7]]),
    blockRequest(3, 13, 0),
  );
  rig.advance(1_000_000);
  expect(rig.answers()).toEqual([
    [11, 0, 0],
    [12, 1, 0],
    [13, 3, 0],
  ]);
  expect(rig.bytes.subarray(Place.data * PAGE + 1024, Place.data * PAGE + 3072)).toEqual(
    contents(16).subarray(8 * 512, 12 * 512),
  );
  expect(rig.disk.bytes.subarray(100 * 512, 108 * 512).every((byte) => byte === 0xab)).toBe(true);
  expect(rig.takeEvent(channel)).toBe(true);
});

test('a disk that becomes larger says so by its nodes, and by its state again', () => {
  const rig = started();
  rig.connectDisk();
  const path = '/local/domain/0/backend/vbd/1/51712';
  rig.ask(4, `${path}/state\0token\0`);
  rig.fromStore();
  rig.disk.bytes = new Uint8Array(4096 * 512);
  rig.disk.onMediumChanged();
  expect(rig.fromStore()).toEqual([[15, `${path}/state\0token\0`]]);
  expect([rig.ask(2, `${path}/sectors`), rig.ask(2, `${path}/state`)]).toEqual(['4096', '4']);
});

test('an indirect request is answered with the operation that it stands for', () => {
  const rig = started();
  const channel = rig.connectDisk();
  const list = rig.grant(Place.data);
  const target = rig.grant(Place.data + 1);
  for (let n = 0; n < 3; n++) {
    rig.view.setUint32(Place.data * PAGE + 8 * n, target, true);
    rig.view.setUint16(Place.data * PAGE + 8 * n + 4, n | (n << 8), true);
  }
  const request = new DataView(new ArrayBuffer(108));
  request.setUint8(0, 6);
  request.setUint8(1, 0);
  request.setUint16(2, 3, true);
  request.setUint32(4, 77, true);
  request.setUint32(12, 4, true);
  request.setUint32(24, list, true);
  rig.request(channel, new Uint8Array(request.buffer));
  rig.advance(1_000_000);
  expect(rig.answers()).toEqual([[77, 0, 0]]);
  expect(rig.bytes.subarray((Place.data + 1) * PAGE, (Place.data + 1) * PAGE + 1536)).toEqual(
    contents(16).subarray(4 * 512, 7 * 512),
  );
});

test.each([
  ['a page that is not granted', blockRequest(0, 1, 0, [[99, 0, 7]]), -1],
  ['a page that is granted to be read, for a read of the disk', blockRequest(0, 1, 0, [[Place.data + 1, 0, 7]]), -1],
  ['sectors beyond a page', blockRequest(0, 1, 0, [[Place.data, 0, 8]]), -1],
  ['a last sector before the first', blockRequest(0, 1, 0, [[Place.data, 3, 2]]), -1],
  ['sectors beyond the disk', blockRequest(0, 1, 2047, [[Place.data, 0, 1]]), -1],
  ['no sectors', blockRequest(0, 1, 0), -1],
  ['an unknown operation', blockRequest(9, 1, 0), -2],
])('a request with %s fails', (_name, request, status) => {
  const rig = started();
  const channel = rig.connectDisk();
  rig.grant(Place.data);
  rig.grant(Place.data + 1, 5);
  rig.request(channel, request);
  rig.advance(1_000_000);
  expect(rig.answers().map(([, , status]) => status)).toEqual([status]);
});

test('a ring that is not granted connects nothing', () => {
  const rig = started();
  rig.connectDisk(99);
  expect(rig.ask(2, '/local/domain/0/backend/vbd/1/51712/state')).toBe('2');
  expect(rig.mistakes.join()).toContain('xen vbd: the front end has given no rings that can be');
});

test('a front end that closes and begins again has its disk again', () => {
  const rig = started();
  rig.connectDisk();
  const state = () => rig.ask(2, '/local/domain/0/backend/vbd/1/51712/state');
  rig.ask(11, 'device/vbd/51712/state\x005');
  expect(state()).toBe('5');
  rig.ask(11, 'device/vbd/51712/state\x006');
  expect(state()).toBe('6');
  rig.ask(11, 'device/vbd/51712/state\x001');
  expect(state()).toBe('2');
  rig.bytes.fill(0, Place.blockRing * PAGE, (Place.blockRing + 1) * PAGE);
  const channel = rig.connectDisk();
  rig.request(channel, blockRequest(3, 5, 0));
  rig.advance(1_000_000);
  expect(rig.answers()).toEqual([[5, 3, 0]]);
});

test('requests that are under way in a state that is loaded begin again', () => {
  const rig = started();
  const channel = rig.connectDisk();
  const target = rig.grant(Place.data);
  rig.request(channel, blockRequest(0, 21, 8, [[target, 0, 7]]));
  const saved = saveComponents([rig.xen.component]);
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  loadComponents([other.xen.component], saved);
  other.advance(1_000_000);
  expect(other.answers()).toEqual([[21, 0, 0]]);
  expect(other.bytes.subarray(Place.data * PAGE, (Place.data + 1) * PAGE)).toEqual(contents(16).subarray(8 * 512));
});

test('the grant table has a page before the guest has said where, and more when it has', () => {
  const rig = new XenRig();
  const size = () => {
    const at = Place.scratch * PAGE;
    rig.view.setUint32(at, 0x7ff0, true);
    expect(rig.call(20, 6, at, 1)).toBe(0);
    return [rig.view.getUint32(at + 4, true), rig.view.getUint32(at + 8, true)];
  };
  expect(size()).toEqual([1, 32]);
  rig.callWith(12, 7, 0x7ff0, 1, 2, Place.grants);
  expect(size()).toEqual([3, 32]);
});

test('a disk’s ring may have four pages, in which entries go across their ends', () => {
  const rig = started();
  const pages = [Place.data + 8, Place.data + 3, Place.data + 5, Place.data + 12];
  expect(rig.ask(2, '/local/domain/0/backend/vbd/1/51712/max-ring-page-order\0')).toBe('2');
  const channel = rig.allocateChannel();
  rig.ask(11, 'device/vbd/51712/ring-page-order\x002');
  for (const [n, page] of pages.entries()) rig.ask(11, `device/vbd/51712/ring-ref${n}\0${rig.grant(page)}`);
  rig.ask(11, `device/vbd/51712/event-channel\0${channel}`);
  rig.ask(11, 'device/vbd/51712/state\x003');
  const byte = (at: number) => pages[Math.floor(at / PAGE)]! * PAGE + (at % PAGE);
  for (let n = 0; n < 128; n++)
    for (const [at, value] of blockRequest(3, n + 1, 0).entries()) rig.bytes[byte(64 + 108 * n + at)] = value;
  rig.view.setUint32(byte(0), 128, true);
  rig.callWith(32, 4, channel);
  rig.advance(100_000_000);
  expect(rig.view.getUint32(byte(8), true)).toBe(128);
  const answers = Array.from({ length: 128 }, (_, n) => [0, 8].map((at) => rig.bytes[byte(64 + 108 * n + at)]));
  expect(answers.map(([id]) => id).sort((a, b) => a! - b!)).toEqual(Array.from({ length: 128 }, (_, n) => n + 1));
  expect(answers.every(([, operation]) => operation === 3)).toBe(true);
});

test.each(['3', '-1', 'x', '2'])(
  'a ring of an order of %s, of which one page is granted, connects no disk',
  (order) => {
    const rig = started();
    rig.ask(11, `device/vbd/51712/ring-page-order\0${order}`);
    rig.ask(11, `device/vbd/51712/ring-ref0\0${rig.grant(Place.data)}`);
    rig.connectDisk();
    expect(rig.ask(2, '/local/domain/0/backend/vbd/1/51712/state')).toBe('2');
  },
);
