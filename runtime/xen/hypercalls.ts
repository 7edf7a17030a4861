import {
  checkOwn,
  Errno,
  GRANT_FRAMES,
  GrantCall,
  HvmCall,
  Hypercall,
  MemoryCall,
  MemorySpace,
  PAGE_BYTES,
  ProcessorCall,
  SchedulerCall,
  ShutdownReason,
  VersionCall,
  XenError,
  XenFeature,
} from './abi.ts';
import type { XenDomain } from './domain.ts';
import { eventArguments } from './event-channels.ts';
import type { GuestMemory } from './guest-memory.ts';

/** A call's arguments: EBX, ECX, EDX, ESI, EDI. */
export type CallArguments = readonly [number, number, number, number, number];

type Call = (domain: XenDomain, guest: GuestMemory, given: CallArguments) => number;

/** The most calls of one multicall. */
const MOST_CALLS = 256;
const CALL_BYTES = 32;

/** Reads a structure, has it changed, and writes it back. */
function inPlace(guest: GuestMemory, at: number, length: number, act: (view: DataView) => void): number {
  const view = guest.read(at, length);
  act(view);
  guest.write(at, new Uint8Array(view.buffer));
  return 0;
}

function textOf(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let n = 0; n < Math.min(text.length, length - 1); n++) bytes[n] = text.charCodeAt(n);
  return bytes;
}

const versionCalls: Readonly<Record<number, (domain: XenDomain, guest: GuestMemory, at: number) => number>> = {
  [VersionCall.version]: ({ version }) => version,
  [VersionCall.pageSize]: () => PAGE_BYTES,
  [VersionCall.extraVersion]: (_, guest, at) => {
    guest.write(at, textOf('.0', 16));
    return 0;
  },
  [VersionCall.capabilities]: (_, guest, at) => {
    guest.write(at, textOf('hvm-3.0-x86_32 hvm-3.0-x86_32p', 1024));
    return 0;
  },
  [VersionCall.changeSet]: (_, guest, at) => {
    guest.write(at, textOf('', 64));
    return 0;
  },
  [VersionCall.platformParameters]: (_, guest, at) => {
    guest.write(at, new Uint8Array(4));
    return 0;
  },
  [VersionCall.commandLine]: (_, guest, at) => {
    guest.write(at, new Uint8Array(1024));
    return 0;
  },
  [VersionCall.features]: (_, guest, at) =>
    inPlace(guest, at, 8, (view) => {
      const isFirst = view.getUint32(0, true) === 0;
      const { autoTranslated, callbackVector, safeClock } = XenFeature;
      view.setUint32(4, isFirst ? autoTranslated | callbackVector | safeClock : 0, true);
    }),
};

const memoryCalls: Readonly<Record<number, (domain: XenDomain, guest: GuestMemory, at: number) => number>> = {
  [MemoryCall.maximumPage]: ({ balloon }) => balloon.total - 1,
  [MemoryCall.currentReservation]: ({ balloon }) => balloon.present,
  [MemoryCall.maximumReservation]: ({ balloon }) => balloon.total,
  [MemoryCall.decreaseReservation]: (domain, guest, at) => {
    const pages = extents(guest, at);
    domain.balloon.decrease(pages);
    return pages.length;
  },
  [MemoryCall.populate]: (domain, guest, at) => {
    const pages = extents(guest, at);
    return domain.balloon.populate(pages) ? pages.length : 0;
  },
  [MemoryCall.addToPhysmap]: (domain, guest, at) => {
    const view = guest.read(at, 16);
    checkOwn(view.getUint16(0, true));
    const [space, index, page] = [view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true)];
    if (space === MemorySpace.sharedInfo) domain.placeSharedPage(page);
    else if (space === MemorySpace.grantTable && index < GRANT_FRAMES) domain.placeGrantPage(index, page);
    else throw new XenError(Errno.invalid);
    return 0;
  },
  [MemoryCall.removeFromPhysmap]: (domain, guest, at) => {
    domain.unplace(guest.read(at, 8).getUint32(4, true));
    return 0;
  },
};

/** Pages of a reservation (struct xen_memory_reservation): all those of its extents. Throws XenError for too many. */
function extents(guest: GuestMemory, at: number): number[] {
  const view = guest.read(at, 20);
  const [list, count, order] = [view.getUint32(0, true), view.getUint32(4, true), view.getUint32(8, true)];
  checkOwn(view.getUint16(16, true));
  if (order > 10 || count * 2 ** order > 2 ** 16) throw new XenError(Errno.invalid);
  const starts = guest.read(list, 4 * count);
  return Array.from({ length: count }, (_, n) => starts.getUint32(4 * n, true)).flatMap((start) =>
    Array.from({ length: 2 ** order }, (_, page) => start + page),
  );
}

const hvmCalls: Readonly<Record<number, (domain: XenDomain, guest: GuestMemory, at: number) => number>> = {
  [HvmCall.getParameter]: (domain, guest, at) =>
    inPlace(guest, at, 16, (view) => {
      checkOwn(view.getUint16(0, true));
      const [low, high] = domain.parameter(view.getUint32(4, true));
      view.setUint32(8, low, true);
      view.setUint32(12, high, true);
    }),
  [HvmCall.setParameter]: (domain, guest, at) => {
    const view = guest.read(at, 16);
    checkOwn(view.getUint16(0, true));
    domain.setParameter(view.getUint32(4, true), view.getUint32(8, true), view.getUint32(12, true));
    return 0;
  },
  [HvmCall.getTime]: (domain, guest, at) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(Math.floor(domain.now())), true);
    guest.write(at, new Uint8Array(view.buffer));
    return 0;
  },
  [HvmCall.setUpcallVector]: (domain, guest, at) => {
    const view = guest.read(at, 8);
    domain.setUpcallVector(view.getUint32(0, true), view.getUint8(4));
    return 0;
  },
};

type ProcessorMeaning = (domain: XenDomain, guest: GuestMemory, processor: number, at: number) => number;

const processorCalls: Readonly<Record<number, ProcessorMeaning>> = {
  [ProcessorCall.isUp]: () => 1,
  [ProcessorCall.registerInfo]: (domain, guest, processor, at) => {
    const view = guest.read(at, 16);
    domain.placeProcessorInfo(processor, view.getUint32(0, true) * PAGE_BYTES + view.getUint32(8, true));
    return 0;
  },
  [ProcessorCall.runstateArea]: (domain, guest, processor, at) => {
    domain.checkProcessor(processor);
    // All of the time it has been running.
    guest.write(guest.read(at, 8).getUint32(0, true), runstate(domain.now()));
    return 0;
  },
  [ProcessorCall.runstate]: (domain, guest, processor, at) => {
    domain.checkProcessor(processor);
    guest.write(at, runstate(domain.now()));
    return 0;
  },
  [ProcessorCall.stopPeriodicTimer]: () => 0,
  [ProcessorCall.stopSingleTimer]: (domain, _, processor) => {
    domain.setTimer(processor, Number.POSITIVE_INFINITY);
    return 0;
  },
  [ProcessorCall.setSingleTimer]: (domain, guest, processor, at) => {
    domain.setTimer(processor, Number(guest.read(at, 12).getBigUint64(0, true)));
    return 0;
  },
};

/** struct vcpu_runstate_info for i386: running since the start. */
function runstate(now: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(44));
  view.setBigUint64(12, BigInt(Math.floor(now)), true);
  return new Uint8Array(view.buffer);
}

/** Ways to shut down, by their reasons; the answer is for a guest that goes on. */
const shutdowns: Readonly<Record<number, (domain: XenDomain) => number>> = {
  [ShutdownReason.powerOff]: turnOff,
  [ShutdownReason.reboot]: ({ power }) => {
    power.reset();
    return 0;
  },
  // A suspension was cancelled, so that the guest goes on with all that it had.
  [ShutdownReason.suspend]: () => 1,
  [ShutdownReason.crash]: (domain) => {
    domain.guestError('xen: the guest has crashed, and turns itself off; processor', domain.currentProcessor);
    return turnOff(domain);
  },
  [ShutdownReason.watchdog]: turnOff,
  [ShutdownReason.softReset]: (domain) => {
    domain.softReset();
    return 0;
  },
};

function turnOff({ power }: XenDomain): number {
  power.powerOff();
  return 0;
}

const schedulerCalls: Readonly<Record<number, (domain: XenDomain, guest: GuestMemory, at: number) => number>> = {
  [SchedulerCall.yield]: () => 0,
  // The guest may be woken for nothing.
  [SchedulerCall.block]: () => 0,
  [SchedulerCall.poll]: () => 0,
  [SchedulerCall.shutdown]: (domain, guest, at) => {
    const reason = guest.read(at, 4).getUint32(0, true);
    return found(shutdowns, reason)(domain);
  },
};

/** Looks a call of a family up. Throws XenError where there is none. */
function found<Meaning>(calls: Readonly<Record<number, Meaning>>, number: number): Meaning {
  const call = calls[number];
  if (call === undefined) throw new XenError(Errno.noCall);
  return call;
}

const calls: Readonly<Record<number, Call>> = {
  [Hypercall.version]: (domain, guest, [number, at]) => found(versionCalls, number)(domain, guest, at),
  [Hypercall.memory]: (domain, guest, [number, at]) => found(memoryCalls, number)(domain, guest, at),
  [Hypercall.hvm]: (domain, guest, [number, at]) => found(hvmCalls, number)(domain, guest, at),
  [Hypercall.scheduler]: (domain, guest, [number, at]) => found(schedulerCalls, number)(domain, guest, at),
  [Hypercall.processor]: (domain, guest, [number, processor, at]) =>
    found(processorCalls, number)(domain, guest, processor, at),
  [Hypercall.eventChannel]: (domain, guest, [number, at]) =>
    inPlace(guest, at, found(eventArguments, number), (view) => domain.channels.call(number, view)),
  [Hypercall.grantTable]: (domain, guest, [number, at, count]) => {
    if (count !== 1) throw new XenError(Errno.invalid);
    return inPlace(guest, at, number === GrantCall.querySize ? 16 : 8, (view) => domain.grants.call(number, view));
  },
  [Hypercall.setTimer]: (domain, _, [low, high]) => {
    const time = (high >>> 0) * 2 ** 32 + (low >>> 0);
    domain.setTimer(domain.currentProcessor, time === 0 ? Number.POSITIVE_INFINITY : time);
    return 0;
  },
  [Hypercall.console]: (domain, guest, [number, length, at]) => {
    if (number !== 0) throw new XenError(Errno.noCall);
    domain.print(new Uint8Array(guest.read(at, Math.min(length >>> 0, PAGE_BYTES)).buffer));
    return 0;
  },
  [Hypercall.multicall]: (domain, guest, [at, count]) => {
    if (count >>> 0 > MOST_CALLS) throw new XenError(Errno.invalid);
    for (let n = 0; n < count; n++) {
      const view = guest.read(at + n * CALL_BYTES, CALL_BYTES);
      const number = view.getUint32(0, true);
      const given = [8, 12, 16, 20, 24].map((offset) => view.getUint32(offset, true));
      // One within another might have no end.
      const isNested = number === Hypercall.multicall;
      const answer = isNested ? -Errno.invalid : hypercall(domain, guest, number, given as unknown as CallArguments);
      view.setInt32(4, answer, true);
      guest.write(at + n * CALL_BYTES, new Uint8Array(view.buffer));
    }
    return 0;
  },
};

/** Does what the guest asks of the hypervisor. Its answer, for EAX: a result, or an error as a negative number. */
export function hypercall(domain: XenDomain, guest: GuestMemory, number: number, given: CallArguments): number {
  try {
    return found(calls, number)(domain, guest, given) | 0;
  } catch (error) {
    if (!(error instanceof XenError)) throw error;
    if (error.errno === Errno.noCall) domain.guestError('xen: no such hypercall', number);
    return -error.errno;
  }
}
