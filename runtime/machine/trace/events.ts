/**
 * Events that can be traced, with the contents of their lines. The names are those of QEMU's `-trace` where it has such events.
 */
export const traceEvents = {
  /** I/O ports. */
  cpu_in: 'a read of an I/O port: address, size (b, w, l), value',
  /** The other direction. */
  cpu_out: 'a write of an I/O port: address, size (b, w, l), value',
  /** Registers in memory. */
  memory_region_ops_read: "a read of a device's register in memory: address, value, size, name",
  /** The other direction. */
  memory_region_ops_write: "a write of a device's register in memory: address, value, size, name",
  /** Interrupts of devices. */
  cpu_interrupt: 'an interrupt of a device that the processor takes: vector (not in QEMU)',
  /** Disks. */
  blk_co_preadv: 'a drive asks for bytes: name, offset, bytes',
  /** The other direction. */
  blk_co_pwritev: 'a drive writes bytes: name, offset, bytes',
  /** Other requests of drives: discards. */
  blk_co_pdiscard: 'a drive no longer needs bytes: name, offset, bytes',
  /** Flushes. */
  blk_co_flush: 'a drive asks that all be kept (not in QEMU)',
  /** Answers to drives. */
  blk_complete: 'a request of a drive is done: name, error (not in QEMU)',
  /** Frames of cards. */
  net_send: 'a network card sends a frame: name, bytes (not in QEMU)',
  /** Frames for cards. */
  net_receive: 'a frame comes for a network card: name, bytes (not in QEMU)',
} as const;

/** The name of something that can be traced. */
export type TraceEvent = keyof typeof traceEvents;

export const traceEventNames = Object.keys(traceEvents) as TraceEvent[];

/** The events of a name in which `*` stands for any characters and `?` for one. */
export function matchingEvents(pattern: string): TraceEvent[] {
  return traceEventNames.filter((name) => matches(pattern, name));
}

/** By hand: a regular expression with many `.*` takes for ever. A later star makes up for what an earlier one took. */
function matches(pattern: string, name: string): boolean {
  let [at, inName] = [0, 0];
  let [star, taken] = [-1, 0];
  while (inName < name.length) {
    if (pattern[at] === '*') {
      star = at++;
      taken = inName;
    } else if (pattern[at] === '?' || pattern[at] === name[inName]) {
      at++;
      inName++;
    } else if (star >= 0) {
      at = star + 1;
      inName = ++taken;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
