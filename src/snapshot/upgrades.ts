import { INPUTS } from '../../runtime/devices/io-apic/registers.ts';
import { queueState } from '../../runtime/devices/virtio/state.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import { VERSION } from './layout.ts';
import { isRecord } from './options.ts';

/** Contents of a file by name (docs/internals/snapshot-format.md). */
type Contents = { readonly [name: string]: Saved };

/** By the version of a file: makes of what it holds what the next version would have written. */
const steps: Readonly<Record<number, (contents: Contents) => Contents>> = {
  // Nothing was saved about the media in drives.
  1: (contents) => ({ media: {}, ...contents }),
  // Cards did not tell when they may send next. At once, then.
  2: (contents) =>
    withComponents(contents, (components) =>
      Object.fromEntries(Object.entries(components).map(([name, saved]) => [name, withTurns(name, saved)])),
    ),
  // The I/O APIC did not count how often an input asks again.
  3: (contents) =>
    withComponents(contents, (components) => {
      const repeats = new Array(INPUTS).fill(0);
      return { ...components, ...withFields(components, 'io apic', { repeats }) };
    }),
  // There was no SMBus, and no machine was suspended to RAM.
  4: (contents) => withComponents(contents, (components) => withSuspension(withSmbus(components))),
  // Nothing was saved about folders in memory, as none was mounted, and their requests had no numbers.
  5: (contents) =>
    withComponents('components' in contents ? { shares: {}, ...contents } : contents, (components) =>
      Object.fromEntries(Object.entries(components).map(([name, saved]) => [name, withNumbers(name, saved)])),
    ),
  // KVM's guests did not see stolen time, and ended all interrupts by the local APIC's register.
  6: (contents) =>
    withComponents(contents, (components) => ({
      ...components,
      ...withFields(components, 'msr', { kvmStealTime: [0, 0] }),
      ...withFields(components, 'local apic', { eoiPlace: [0, 0], eoiOffered: false }),
    })),
  // PCI devices stayed where they were: no system was notified of any, and there were no general-purpose events.
  7: (contents) =>
    withComponents(contents, (components) => ({
      ...components,
      'general events': { status: 0, enable: 0 },
      'pci hot-plug': { up: 0, down: 0, bus: 0 },
    })),
  // Answers of the keyboard controller waited in a queue.
  8: (contents) => withComponents(contents, (components) => ({ ...components, ...withOneAnswer(components) })),
  // A balloon had two queues, and no statistics.
  9: (contents) => withComponents(contents, (components) => ({ ...components, ...withBalloonQueues(components) })),
  // There was no mouse of VMware's, and no processor had AMD-V.
  10: (contents) =>
    withComponents(contents, (components) => ({ ...components, ...withoutGuests(components), vmmouse: vmMouse })),
  // Xen had no balloon, and each of its interfaces had one queue, whose requests had one page.
  11: (contents) => withComponents(contents, (components) => ({ ...components, ...withLargerXen(components) })),
  // There was no generation ID.
  12: (contents) =>
    isRecord(contents.options) ? { ...contents, options: { ...contents.options, generationId: false } } : contents,
};

/** Queues of an interface, one a processor up to so many, and requests of a disk that may be under way. */
const [XEN_QUEUES, XEN_REQUESTS] = [8, 128];
const noRing: Contents = { taken: 0, given: 0 };
const noRequest: Contents = { isUsed: false, request: new Uint8Array(108) };

/** Xen with a balloon, of which the host wants nothing, and with room for more requests. */
function withLargerXen(components: Contents): Contents {
  const { xen } = components;
  if (!isRecord(xen)) return {};
  const queues = Math.min(xenProcessors(xen), XEN_QUEUES);
  const backends = Object.entries(xen).map(([name, saved]) => [name, withLargerBackend(name, saved, queues)] as const);
  return { xen: { ...Object.fromEntries(backends), balloon: { wanted: 0, pages: 0 } } };
}

function xenProcessors({ 'xen domain': parts }: Contents): number {
  const domain = isRecord(parts) ? parts.domain : undefined;
  return isRecord(domain) && Array.isArray(domain.processors) ? domain.processors.length : 1;
}

function withLargerBackend(name: string, saved: Saved, queues: number): Saved {
  if (!isRecord(saved)) return saved;
  const { underWay, [name]: own } = saved;
  if (Array.isArray(underWay)) {
    const further = new Array(Math.max(0, XEN_REQUESTS - underWay.length)).fill(noRequest);
    return { ...saved, underWay: [...underWay, ...further] };
  }
  const isInterface = isRecord(own) && isRecord(own.send);
  if (!isInterface) return saved;
  const further = new Array(Math.max(0, queues - 1)).fill({ send: noRing, receive: noRing });
  return { ...saved, [name]: { queues: [own, ...further] } };
}

/** VMware's mouse as its driver finds it. */
const vmMouse: Contents = {
  waiting: new Uint8Array(0),
  words: new Uint8Array(0),
  isDisabled: true,
  isAbsolute: false,
};

/** The state of AMD-V where it is not used. */
const noGuest: Contents = {
  ...{ guestMode: 0, interruptsHeld: 0, hostInterrupts: 0, intercepts: [0, 0, 0, 0, 0], vmcb: 0 },
  ...{ portMapPage: 0, registerMapPage: 0, virtualInterrupt: 0, virtualVector: 0 },
  ...{ guestTimestampLow: 0, guestTimestampHigh: 0, nestedMode: 0, nestedCr3: 0 },
  ...{ virtualizationControl: 0, hostSaveArea: [0, 0] },
};

/** Processors that run no guests of their own. */
function withoutGuests(components: Contents): Contents {
  const names = Object.keys(components).filter((name) => /^cpu( \d+)?$/.test(name));
  return Object.assign({}, ...names.map((name) => withFields(components, name, noGuest)));
}

/** Entries of the queues that were added to the balloon. */
const BALLOON_QUEUES = [128, 32];

/** The balloon with queues of statistics and of reported pages, which its driver does not know of. */
function withBalloonQueues({ 'virtio-balloon': balloon }: Contents): Contents {
  if (!isRecord(balloon)) return {};
  const { 'virtio-balloon': own, 'virtio-balloon virtio': common } = balloon;
  if (!isRecord(own) || !isRecord(common)) return {};
  const { msix, virtio } = common;
  return {
    'virtio-balloon': {
      'virtio-balloon': { ...own, hasBuffer: false, buffer: 0, isAsked: false },
      'virtio-balloon virtio': {
        ...common,
        ...(isRecord(msix) && { msix: withVectors(msix, BALLOON_QUEUES.length) }),
        ...(isRecord(virtio) && { virtio: withQueues(virtio, BALLOON_QUEUES) }),
      },
    },
  };
}

/** So many more interrupt messages, which are masked. */
function withVectors({ table, pending, ...others }: Contents, count: number): Contents {
  if (!Array.isArray(table) || !(pending instanceof Uint8Array)) return { table, pending, ...others };
  const entries = Array.from({ length: count }, () => [0, 0, 0, 1]).flat();
  return {
    ...others,
    table: [...table, ...entries],
    pending: new Uint8Array([...pending, ...new Array(count).fill(0)]),
  };
}

/** Further queues, which are not enabled. */
function withQueues({ queues, ...others }: Contents, sizes: readonly number[]): Contents {
  if (!Array.isArray(queues)) return { queues, ...others };
  return { ...others, queues: [...queues, ...sizes.map((size) => ({ ...queueState.create(), size }))] };
}

/** The keyboard controller with the last of its answers that wait, if one does. */
function withOneAnswer({ i8042 }: Contents): Contents {
  if (!isRecord(i8042)) return {};
  const { answers, ...others } = i8042;
  const last = answers instanceof Uint8Array ? answers.at(-1) : undefined;
  const waiting = { waitingAnswer: last ?? 0, waitingStatus: last === undefined ? 0 : 1 };
  return { i8042: { ...others, ...waiting, isAnswer: false } };
}

/** The IRQ whose first input is the SMBus's since then. */
const SMBUS_IRQ = 9;

/** The SMBus as after a reset, but with empty EEPROMs: until the next reset its ports are nowhere. */
function withSmbus(components: Contents): Contents {
  const { irq } = components;
  const lines = isRecord(irq) && Array.isArray(irq.lines) ? irq.lines.map(withFirstInput) : undefined;
  const registers = [
    'status',
    'control',
    'command',
    'address',
    'data0',
    'data1',
    'blockIndex',
    'slaveControl',
    'slaveEvent',
  ];
  const chip = { contents: new Uint8Array(256), position: 0 };
  return {
    ...components,
    ...(lines && { irq: { lines } }),
    smbus: { ...Object.fromEntries(registers.map((name) => [name, 0])), block: new Uint8Array(32) },
    'spd eeproms': { chips: new Array(8).fill(chip) },
  };
}

/** Power management of a machine that is not suspended. */
function withSuspension(components: Contents): Contents {
  return { ...components, ...withFields(components, 'power management', { suspended: false, wakeStatus: 0 }) };
}

/** The line of the SMBus's IRQ with its input before the others; other lines as they are. */
function withFirstInput(line: Saved, irq: number): Saved {
  return irq === SMBUS_IRQ && isRecord(line) ? { ...line, inputs: Number(line.inputs) * 2 } : line;
}

/** The contents with components that `change` has changed. Most records of a migration hold none. */
function withComponents({ components, ...others }: Contents, change: (components: Contents) => Contents): Contents {
  return isRecord(components) ? { ...others, components: change(components) } : others;
}

/** A component of a name with these fields besides, if there is one. */
function withFields(components: Contents, name: string, fields: Contents): Contents {
  const saved = components[name];
  return isRecord(saved) ? { [name]: { ...saved, ...fields } } : {};
}

/** Fields of a card's state that show that it sends in turns, and that it has two rings to send from. */
interface SendingCard {
  readonly sentInterrupts?: Saved;
  readonly txRings?: Saved;
}

/** A card that sends in turns, with a state of these; other components as they are. */
function withTurns(name: string, saved: Saved): Saved {
  if (!isRecord(saved) || !isRecord(saved[name])) return saved;
  const { sentInterrupts, txRings }: SendingCard = saved[name];
  if (sentInterrupts === undefined) return saved;
  const rings = txRings === undefined ? ['transmit'] : ['transmit', 'transmit high'];
  return { ...saved, ...Object.fromEntries(rings.map((ring) => [`${name} ${ring}`, { next: 0 }])) };
}

/** A device of a shared folder, whose requests that are under way have numbers; other components as they are. */
function withNumbers(name: string, saved: Saved): Saved {
  if (!(name.startsWith('virtio-9p') && isRecord(saved) && isRecord(saved[name]))) return saved;
  const { underWay, ...others } = saved[name];
  if (!(underWay instanceof Uint8Array)) return saved;
  const requests = Array.from(underWay, (isUnderWay, n) => (isUnderWay === 1 ? n + 1 : 0));
  return { ...saved, [name]: { ...others, requests, last: requests.length } };
}

/** The contents of a file of an earlier version, as this version would have written them. */
export function upgraded(saved: Saved, from: number): Saved {
  if (!isRecord(saved)) return saved;
  let contents: Contents = saved;
  for (let version = from; version < VERSION; version++) contents = steps[version]!(contents);
  return contents;
}
