import { expect, test } from 'vitest';
import { loadComponents, type SavedComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { blockRequest, contents, PAGE, Place, XenRig } from './xen-rig.ts';

const READ = 2;
const FRONT = 'device/vbd/51712';
const BACK = '/local/domain/0/backend/vbd/1/51712';
/** Pages of the rings. */
const rings = [Place.blockRing, Place.sendRing] as const;

function started(): XenRig {
  const rig = new XenRig();
  rig.start();
  return rig;
}

/** The front end connects so many queues; their channels. */
function connect(rig: XenRig, count: number | string = 2): number[] {
  const channels = rings.map((ring, n) => {
    // It is to be told of the first answer.
    rig.view.setUint32(ring * PAGE + 12, 1, true);
    const channel = rig.allocateChannel();
    rig.ask(11, `${FRONT}/queue-${n}/ring-ref\0${rig.grant(ring)}`);
    rig.ask(11, `${FRONT}/queue-${n}/event-channel\0${channel}`);
    return channel;
  });
  rig.ask(11, `${FRONT}/multi-queue-num-queues\0${count}`);
  rig.ask(11, `${FRONT}/state\x003`);
  return channels;
}

const state = (rig: XenRig): string => rig.ask(READ, `${BACK}/state\0`);

/** The disk's saved state, with the names of its queues. */
function saved(rig: XenRig): { readonly all: SavedComponents; readonly disk: object } {
  const all = saveComponents([rig.xen.component]);
  return { all, disk: (all.xen as unknown as Record<string, object>)['xen disk']! };
}

test('a disk has a queue for each processor', () => {
  expect(started().ask(READ, `${BACK}/multi-queue-max-queues\0`)).toBe('2');
});

test('each queue has its requests, answers and events', () => {
  const rig = started();
  const channels = connect(rig);
  expect(state(rig)).toBe('4');
  const targets = [Place.data, Place.data + 1].map((page) => rig.grant(page));
  for (const [n, ring] of rings.entries())
    rig.requestAt(ring, channels[n]!, blockRequest(0, 7 + n, 8 * n, [[targets[n]!, 0, 7]]));
  rig.advance(1_000_000);
  for (const [n, ring] of rings.entries()) {
    expect(rig.answers(0, ring)).toEqual([[7 + n, 0, 0]]);
    expect(rig.takeEvent(channels[n]!)).toBe(true);
    const page = rig.bytes.slice((Place.data + n) * PAGE, (Place.data + n + 1) * PAGE);
    expect(page).toEqual(contents(16).subarray(n * PAGE, (n + 1) * PAGE));
  }
});

test.each(['0', '3', '-1', '1.5', 'x'])('%s queues connect nothing', (count) => {
  const rig = started();
  connect(rig, count);
  expect(state(rig)).toBe('2');
});

test('a queue without a ring leaves the others unconnected', () => {
  const rig = started();
  rig.grant(rings[1], 0);
  const channels = rings.map(() => rig.allocateChannel());
  for (const [n, ring] of rings.entries()) {
    rig.ask(11, `${FRONT}/queue-${n}/ring-ref\0${n === 0 ? rig.grant(ring) : ring}`);
    rig.ask(11, `${FRONT}/queue-${n}/event-channel\0${channels[n]}`);
  }
  rig.ask(11, `${FRONT}/multi-queue-num-queues\x002`);
  rig.ask(11, `${FRONT}/state\x003`);
  expect(state(rig)).toBe('2');
  rig.requestAt(rings[0], channels[0]!, blockRequest(3, 1, 0));
  rig.advance(1_000_000);
  expect(rig.answers()).toEqual([]);
});

test('requests of all queues that are under way in a state begin again', () => {
  const rig = started();
  const channels = connect(rig);
  const target = rig.grant(Place.data);
  rig.requestAt(rings[1], channels[1]!, blockRequest(0, 21, 8, [[target, 0, 7]]));
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  loadComponents([other.xen.component], saved(rig).all);
  other.advance(1_000_000);
  expect(other.answers(0, rings[1])).toEqual([[21, 0, 0]]);
  expect(other.bytes.slice(Place.data * PAGE, (Place.data + 1) * PAGE)).toEqual(contents(16).slice(8 * 512));
  expect(other.xen.component.compare(saved(rig).all.xen!).map(({ path }) => path)).toContain('further.0.ring.given');
});

test('a state in which one queue is used is as it was before there were others', () => {
  const rig = started();
  const channels = connect(rig);
  rig.requestAt(rings[0], channels[0]!, blockRequest(3, 1, 0));
  rig.advance(1_000_000);
  expect(Object.keys(saved(rig).disk)).toEqual(['ring', 'underWay']);
  const before = saved(rig).all;
  rig.requestAt(rings[1], channels[1]!, blockRequest(3, 2, 0));
  expect(Object.keys(saved(rig).disk)).toEqual(['ring', 'underWay', 'further']);
  loadComponents([rig.xen.component], before);
  expect(saved(rig).all).toEqual(before);
});

test('a state with more queues than there are processors is refused', () => {
  const rig = started();
  const { all, disk } = saved(rig);
  const { ring, underWay } = disk as { ring: never; underWay: never };
  const queue = { ring, underWay };
  const wrong = { xen: { ...(all.xen as object), 'xen disk': { ...queue, further: [queue, queue] } } };
  expect(() => loadComponents([rig.xen.component], wrong)).toThrow('xen.xen disk.further: more than 1 queues');
});
