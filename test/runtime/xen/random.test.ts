import { expect, test } from 'vitest';
import { loadComponents, type SavedComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Random } from '../../support/random.ts';
import { mutate } from '../snapshot/hostile/mutations.ts';
import { MEMORY_BYTES, PAGE, Place, XenRig } from './xen-rig.ts';

const STEPS = 3000;
const calls = [12, 13, 15, 17, 18, 20, 24, 32, 32, 32, 34];
const DOMAIN = 0x7ff0;

/** A word that may be an address, a number of something, or nonsense. */
function word(random: Random): number {
  return random.pick([random.below(8), random.below(64), random.below(MEMORY_BYTES), DOMAIN, random.word() >>> 0]);
}

function wildCall(random: Random, rig: XenRig): void {
  const words = Array.from({ length: 8 }, () => word(random));
  if (random.chance(50)) words[0] = DOMAIN;
  if (random.chance(60)) rig.callWith(random.pick(calls), random.below(14), ...words);
  else rig.call(random.chance(90) ? random.pick(calls) : random.below(80), ...words.slice(0, 5));
}

function wildMessage(random: Random, rig: XenRig): void {
  const names = [
    'device/vbd/51712/state',
    'device/vif/0/state',
    'device/vbd/51712/ring-ref',
    'device/console/1/state',
    'device/console/1/port',
    'memory/target',
    'device/vkbd/0/state',
    'device/vkbd/0/page-gref',
    'device/vkbd/0/request-abs-pointer',
    'device/vfb/0/state',
    'device/vfb/0/page-ref',
    'device/vfb/0/protocol',
    'device/vif/0/multi-queue-num-queues',
    'device/vif/0/queue-0/tx-ring-ref',
    'device/vif/0/queue-1/event-channel',
    'device/vbd/51712/ring-page-order',
    'device/vbd/51712/ring-ref1',
    'device/vbd/51712/multi-queue-num-queues',
    'device/vbd/51712/queue-0/ring-ref',
    'device/vbd/51712/queue-1/ring-ref',
    'device/vbd/51712/queue-1/event-channel',
    'x/y',
    '/',
    '',
    '@releaseDomain',
  ];
  const values = [
    'x86_64-abi',
    '1',
    '3',
    '4',
    '5',
    '6',
    'T',
    'F',
    `${Place.blockRing}`,
    '99',
    '-1',
    'x'.repeat(random.below(200)),
  ];
  rig.ask(
    random.below(23),
    `${random.pick(names)}\0${random.pick(values)}${random.chance(50) ? '\0' : ''}`,
    random.below(3),
  );
}

/** Bytes of rings and of the grant table that no driver would put there. */
function wildMemory(random: Random, rig: XenRig): void {
  const page = random.pick([
    Place.shared,
    Place.grants,
    Place.blockRing,
    Place.data,
    Place.sendRing,
    Place.receiveRing,
    Place.consoleRing,
    Place.keyboard,
    Place.framebuffer,
    Place.framebuffer,
    Place.directory,
  ]);
  for (let n = 0; n < 8; n++) {
    const at = page * PAGE + random.below(PAGE / 4) * 4;
    rig.view.setUint32(random.chance(30) ? page * PAGE : at, word(random), true);
  }
  if (random.chance(20)) for (let n = 0; n < 16; n++) rig.special[random.below(2 * PAGE)] = random.word();
}

/** A framebuffer of 64 x 48 pixels, or of nonsense. */
function layOut(random: Random, rig: XenRig): void {
  const at = Place.framebuffer * PAGE;
  for (const [n, usual] of [64, 48, 256, 3 * PAGE, 32, Place.directory, Place.directory].entries())
    rig.view.setUint32(at + 16 + 4 * n, random.chance(90) ? usual : word(random), true);
}

/** The front end of the disk is to have two queues. */
function nameDiskQueues(rig: XenRig): void {
  for (const [n, ring] of [Place.blockRing, Place.data].entries()) {
    rig.ask(11, `device/vbd/51712/queue-${n}/ring-ref\0${rig.grant(ring)}`);
    rig.ask(11, `device/vbd/51712/queue-${n}/event-channel\0${rig.allocateChannel()}`);
  }
  rig.ask(11, 'device/vbd/51712/multi-queue-num-queues\x002');
}

function connectAll(random: Random, rig: XenRig): void {
  rig.start(random.pick([0, 0x20, 0xf3]));
  for (const page of [Place.sendRing, Place.receiveRing, Place.data]) rig.grant(page, random.pick([1, 1, 5, 0]));
  if (random.chance(30)) nameDiskQueues(rig);
  rig.connectDisk();
  rig.connectConsole();
  rig.connectKeyboard();
  layOut(random, rig);
  rig.connectFramebuffer(random.chance(50) ? {} : { protocol: 'x86_64-abi' });
  // Now and then two queues, in the same rings.
  const queues = random.chance(50) ? [''] : ['queue-0/', 'queue-1/'];
  if (queues.length > 1) rig.ask(11, 'device/vif/0/multi-queue-num-queues\x002');
  for (const queue of queues)
    for (const [name, value] of [
      ['tx-ring-ref', Place.sendRing],
      ['rx-ring-ref', Place.receiveRing],
      ['event-channel', rig.allocateChannel()],
    ])
      rig.ask(11, `device/vif/0/${queue}${name}\0${value}`);
  rig.ask(11, 'device/vif/0/state\x004');
}

/** Somebody types, moves the pointer, and looks at the screen, which shows no more than there can be. */
function userActs(random: Random, rig: XenRig): void {
  if (random.chance(20)) rig.keys.onInput(Uint8Array.of(random.below(256), random.below(2)));
  if (random.chance(20)) rig.pointer.onInput(Uint8Array.from({ length: 6 }, () => random.below(256)));
  for (const stream of [rig.keys, rig.pointer]) stream.sent.length = 0;
  if (random.chance(10)) {
    const sizes = Array.from({ length: 3 }, () => word(random));
    // The channel is one of the first few.
    rig.framebufferEvent(random.below(12), 3, ...sizes, random.pick([8, 16, 24, 32]), word(random));
  }
  if (random.chance(90)) return;
  const { registers, memoryBytes, pages, bytes } = rig.xen.pictures!.update();
  const { characters = 0, height = 0, start = 0, lineBytes = 0 } = registers.scan;
  expect(Math.max(characters * 8, height)).toBeLessThanOrEqual(4096);
  expect(start + lineBytes * height).toBeLessThanOrEqual(memoryBytes);
  expect(memoryBytes).toBeLessThanOrEqual(16 << 20);
  expect(bytes.length).toBe(pages.length * PAGE);
  expect(pages.every((page) => page < memoryBytes / PAGE)).toBe(true);
}

/** Things come from the host, and a disk fails now and then. */
function hostActs(random: Random, rig: XenRig): void {
  if (random.chance(20)) rig.cable.arrive(new Uint8Array(random.below(1514)));
  for (const console of rig.consoles) {
    if (random.chance(10)) console.onInput(new Uint8Array(random.below(100)));
    console.sent.length = 0;
  }
  if (random.chance(10))
    rig.balloon.stream.onInput(Uint8Array.of(random.below(256), random.below(256), 0, random.below(2)));
  rig.balloon.stream.sent.length = 0;
  rig.disk.failure = random.chance(10) ? 'io' : null;
  rig.advance(random.below(1_000_000));
  rig.cable.waiting.length = 0;
  rig.cable.sent.length = 0;
}

test.each([1, 2, 3, 4])('a guest that goes wild gets answers, and harms nobody but itself: seed %i', (seed) => {
  const random = new Random(seed);
  const rig = new XenRig();
  connectAll(random, rig);
  const state = rig.disk.bytes.length;
  for (let step = 0; step < STEPS; step++) {
    if (random.chance(40)) wildCall(random, rig);
    if (random.chance(30)) wildMemory(random, rig);
    if (random.chance(30)) wildMessage(random, rig);
    if (random.chance(30)) for (let channel = 1; channel < 12; channel++) rig.callWith(32, 4, channel);
    hostActs(random, rig);
    userActs(random, rig);
    rig.mistakes.length = 0;
    if (random.chance(1)) loadComponents([rig.xen.component], saveComponents([rig.xen.component]));
    if (random.chance(2)) {
      rig.xen.reset();
      connectAll(random, rig);
    }
  }
  expect(rig.disk.bytes).toHaveLength(state);
  rig.xen.reset();
  rig.bytes.fill(0);
  rig.disk.failure = null;
  rig.start();
  const channel = rig.connectDisk();
  rig.request(channel, new Uint8Array(108).fill(3, 0, 1));
  rig.advance(10_000_000);
  expect(rig.answers()).toEqual([[0, 3, 0]]);
});

test('a state that was changed is refused, or its back ends go on within bounds', () => {
  const random = new Random(7);
  const rig = new XenRig();
  connectAll(random, rig);
  for (let step = 0; step < 300; step++) {
    if (random.chance(30)) wildMemory(random, rig);
    hostActs(random, rig);
    userActs(random, rig);
  }
  // Only the parts that users have: they are small among the others.
  const { xen } = saveComponents([rig.xen.component]);
  const parts = xen as unknown as SavedComponents;
  const chosen = ['xen keyboard', 'xen framebuffer', 'xen disk'].map((name) => [name, parts[name]!] as const);
  let taken = 0;
  for (let n = 0; n < 200; n++) {
    const { state } = mutate(Object.fromEntries(chosen), random);
    try {
      loadComponents([rig.xen.component], { xen: { ...parts, ...state } });
      taken++;
    } catch (error) {
      expect((error as Error).message).toMatch(/^xen\.xen (keyboard|framebuffer|disk)/);
    }
    for (let step = 0; step < 5; step++) {
      hostActs(random, rig);
      userActs(random, rig);
    }
  }
  expect(taken).toBeGreaterThan(20);
});
