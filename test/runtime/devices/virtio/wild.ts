import type { PciFunction } from '../../../../runtime/devices/pci/function.ts';
import { VirtioBalloon } from '../../../../runtime/devices/virtio/balloon/index.ts';
import { VirtioBlock } from '../../../../runtime/devices/virtio/block/index.ts';
import { VirtioConsole } from '../../../../runtime/devices/virtio/console/index.ts';
import { VirtioNetwork } from '../../../../runtime/devices/virtio/network/index.ts';
import { VirtioNinep } from '../../../../runtime/devices/virtio/ninep/index.ts';
import { VirtioRng } from '../../../../runtime/devices/virtio/rng/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import type { Component } from '../../../../runtime/snapshot/describe.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { Random } from '../../../support/random.ts';
import { BROADCAST, CardRig, frameTo, MEMORY_BYTES } from '../network/card-rig.ts';
import { packetFrame } from '../network/packets.ts';
import { recordedStream } from '../rig.ts';
import { Bit, Driver, type DriverQueue, interfaces, type Part } from './driver.ts';
import { TestFolderPort } from './folder-port.ts';

/** Steps of one guest. */
const STEPS = 1000;

/** A device for guests gone wild. */
export interface Subject {
  readonly device: { readonly component: Component; readonly pciFunction: PciFunction };
  readonly queues: number;
  /** Features of its own that a driver may take. */
  readonly features: readonly number[];
  /** Bytes that a request may begin with, so that not all are refused at once. */
  request(random: Random): { queue: number; parts: Part[] };
  /** Something happens at the device's host. */
  event?(random: Random): void;
}

/** By their names: devices that are made on a rig. */
export const subjects: Readonly<Record<string, (rig: CardRig) => Subject>> = {
  rng: (rig) => ({
    device: new VirtioRng({ ...rig.board, name: 'rng', device: 3, random: (target) => void target.fill(0xa5) }),
    queues: 1,
    features: [],
    request: (random) => ({ queue: 0, parts: [1 + random.below(100)] }),
  }),
  network: (rig) => ({
    device: new VirtioNetwork({ ...rig.board, name: 'net', device: 3 }),
    queues: 2,
    features: [0, 1, 11, 15, 16],
    request: (random) =>
      random.chance(50)
        ? { queue: 0, parts: [random.chance(95) ? 12 + random.below(2000) : 1 + random.below(12)] }
        : { queue: 1, parts: networkRequest(random) },
    event: (random) => {
      if (random.chance(5)) rig.cable.setLink(random.chance(50));
      rig.cable.arrive(frameTo(BROADCAST, 14 + random.below(random.chance(5) ? 0xf000 : 1500)));
    },
  }),
  console: (rig) => {
    const streams = [recordedStream(), recordedStream()];
    const channels = streams.map((stream, n) => ({ stream, name: `port${n}`, isConsole: n === 0 }));
    return {
      device: new VirtioConsole({ ...rig.board, name: 'serial', device: 3, channels }),
      queues: 6,
      features: [1],
      request: consoleRequest,
      event: (random) => {
        if (random.chance(50)) random.pick(streams).onInput(new Uint8Array(1 + random.below(100)));
      },
    };
  },
  balloon: (rig) => {
    const [stream, statistics] = [recordedStream(), recordedStream()];
    const config = { deflateOnOom: true, freePageReporting: true };
    const sides = { stream, statistics, config, releasePages: () => {} };
    return {
      device: new VirtioBalloon({ ...rig.board, name: 'balloon', device: 3, ...sides }),
      queues: 4,
      features: [1, 2, 5],
      request: (random) => {
        const pages = Uint32Array.from({ length: 1 + random.below(8) }, () => random.below(0x120));
        const bytes = new Uint8Array(pages.buffer);
        const queue = random.below(4);
        if (queue === 3) return { queue, parts: [random.below(8192), random.below(8192)] };
        return { queue, parts: [random.chance(98) ? bytes : new Uint8Array(5000)] };
      },
      event: (random) => {
        if (random.chance(50)) statistics.onInput(Uint8Array.of(1));
        else stream.onInput(new Uint8Array(Uint32Array.of(random.below(0x100)).buffer));
      },
    };
  },
  block: (rig) => {
    const port = new MemoryBlock('disk', new Uint8Array(512 * 256), rig);
    return {
      device: new VirtioBlock({ ...rig.board, name: 'virtio0', device: 3, port }),
      queues: 1,
      features: [9, 11, 13, 14],
      request: (random) => ({ queue: 0, parts: blockRequest(random) }),
      event: (random) => {
        port.failure = random.chance(10) ? 'io' : null;
      },
    };
  },
  ninep: (rig) => {
    const port = new TestFolderPort();
    const answer = () => port.answer((_message, room) => new Uint8Array(room));
    const timer = rig.events.timer('folder', answer);
    port.onMessage = () => timer.arm(rig.clock.now() + 1);
    return {
      device: new VirtioNinep({ ...rig.board, name: 'virtio-9p0', device: 3, tag: 'shared', port }),
      queues: 1,
      features: [0],
      request: (random) => ({ queue: 0, parts: ninepRequest(random) }),
      event: answer,
    };
  },
};

/** Messages of some length with room for a reply, or with too little of either. */
function ninepRequest(random: Random): Part[] {
  const message = new Uint8Array(random.chance(99) ? 7 + random.below(200) : 1 + random.below(6));
  return [message, random.chance(99) ? 11 + random.below(500) : 1 + random.below(10)];
}

function networkRequest(random: Random): Part[] {
  const header = new DataView(new ArrayBuffer(12));
  header.setUint8(0, random.below(4));
  header.setUint8(1, random.chance(50) ? 0 : random.below(6));
  header.setUint16(4, random.below(200), true);
  header.setUint16(6, random.below(80), true);
  header.setUint16(8, random.below(40), true);
  const data = Array.from({ length: random.below(random.chance(5) ? 20_000 : 1000) }, () => 1);
  const frame = packetFrame({ protocol: random.pick(['tcp', 'udp'] as const), data });
  return random.chance(95) ? [new Uint8Array(header.buffer), frame] : [new Uint8Array(1 + random.below(30))];
}

/** Room for input, output, or a control message. */
function consoleRequest(random: Random): { queue: number; parts: Part[] } {
  const queue = random.below(6);
  if (queue % 2 === 0) return { queue, parts: [1 + random.below(100)] };
  if (queue !== 3) return { queue, parts: [new Uint8Array(1 + random.below(100))] };
  const message = Uint8Array.of(random.below(3), 0, 0, 0, random.below(8), 0, random.below(2), 0);
  return { queue, parts: [random.chance(95) ? message : message.subarray(0, 5)] };
}

function blockRequest(random: Random): Part[] {
  const header = new DataView(new ArrayBuffer(16));
  header.setUint32(0, random.pick([0, 0, 1, 1, 4, 8, 11, 13, 99]), true);
  header.setUint32(8, random.below(260), true);
  const data = random.chance(50) ? 512 * random.below(8) + 16 * random.below(2) : new Uint8Array(512 * random.below(8));
  const parts = [new Uint8Array(header.buffer), data, 1].filter((part) => part !== 0);
  return parts.filter((part) => typeof part === 'number' || part.length > 0).slice(0, random.chance(95) ? 3 : 1);
}

/** An address, mostly in memory. */
function address(random: Random): number {
  if (random.chance(5)) return random.word() >>> 0;
  return random.chance(5) ? MEMORY_BYTES - random.below(64) : random.below(MEMORY_BYTES);
}

function length(random: Random): number {
  if (random.chance(5)) return random.word() >>> 0;
  return random.chance(10) ? 0 : random.below(random.chance(20) ? 0x8000 : 64);
}

/** Descriptors from anywhere in a queue's table, or in memory. */
function spoilDescriptors(random: Random, queue: DriverQueue): void {
  const table = random.chance(70) ? queue.descriptors : random.below(MEMORY_BYTES >> 5) * 16;
  for (let n = random.below(8); n >= 0; n--) {
    const flags = random.chance(90) ? random.below(8) : random.word() & 0xffff;
    const next = random.chance(90) ? random.below(queue.size) : random.word() & 0xffff;
    queue.descriptor(table + 16 * random.below(queue.size), address(random), length(random), flags, next);
  }
}

/** A step of a driver, or of one gone wild. */
function step(random: Random, rig: CardRig, driver: Driver, { queues, request, event }: Subject): void {
  const queue = driver.queue(random.below(queues));
  const size = random.pick([1, 2, 4] as const);
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2: {
      const { queue: n, parts } = request(random);
      driver.queue(n).add(parts, random.chance(30));
      driver.kick(n);
      break;
    }
    case 3:
      spoilDescriptors(random, queue);
      break;
    case 4:
      queue.offer(random.chance(90) ? random.below(queue.size) : random.word() & 0xffff);
      queue.kick();
      break;
    case 5:
      if (random.chance(10)) rig.view.setUint16(queue.available + 2, random.word() & 0xffff, true);
      queue.usedEvent = random.word() & 0xffff;
      queue.kick();
      break;
    case 6:
      driver.config(random.below(80), size, random.chance(50) ? random.word() >>> 0 : undefined);
      break;
    case 7:
      if (random.chance(10)) driver.modern(random.below(0x40), size, random.word() >>> 0);
      else driver.modern(random.below(0x4000), size);
      break;
    case 8:
      if (random.chance(10)) driver.legacy(random.below(20), size, random.word() >>> 0);
      else driver.legacy(random.below(120), size);
      break;
    case 9:
      if (rig.bytes.length > 0 && random.chance(20)) spoilMemory(random, rig);
      void driver.isr;
      break;
    case 10:
      event?.(random);
      break;
    case 11:
      rig.advance(random.below(5000));
  }
}

function spoilMemory(random: Random, { bytes }: CardRig): void {
  const at = random.below(MEMORY_BYTES);
  for (let n = 0; n < 256; n++) bytes[(at + n) % MEMORY_BYTES] = random.word();
}

function start(random: Random, driver: Driver, { features, queues }: Subject): void {
  const taken = [...features, Bit.indirect, Bit.eventIndex].filter(() => random.chance(70));
  driver.start(taken, queues);
}

/** The result of guests gone wild. */
export interface Outcome {
  /** Requests that were done. */
  readonly done: number;
  /** Times that a device was stopped. */
  readonly stopped: number;
  /** Times that one didn't work after a reset. */
  readonly broken: number;
  /** States that were not the same when they were loaded and saved again. */
  readonly differences: number;
}

/** Lets guests from seeds `first` up to `end` run wild on a device. */
export function runWild(name: string, first: number, end: number): Outcome {
  const outcome = { done: 0, stopped: 0, broken: 0, differences: 0 };
  for (let seed = first; seed < end; seed++) {
    const random = new Random(seed);
    const rig = new CardRig();
    const subject = subjects[name]!(rig);
    const { component, pciFunction } = subject.device;
    const driver = new Driver(rig, pciFunction, interfaces[seed % 2]!);
    for (let n = 0; n < STEPS; n++) {
      const isStopped = (driver.status & 0x40) !== 0;
      if (isStopped) outcome.stopped++;
      if (n === 0 || isStopped || random.chance(1)) {
        start(random, driver, subject);
        if ((driver.status & 0x44) !== 4) outcome.broken++;
      }
      step(random, rig, driver, subject);
      for (let m = 0; m < subject.queues; m++) outcome.done += driver.queue(m).takeUsed().length;
    }
    // What is under way would be begun again, with memory that is another one.
    rig.advance(10_000_000);
    const saved = saveComponents([component]);
    const copy = subjects[name]!(new CardRig()).device.component;
    loadComponents([copy], saved);
    outcome.differences += copy.compare(saved[component.name]!).length;
  }
  return outcome;
}
