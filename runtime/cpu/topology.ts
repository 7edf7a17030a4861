/** How a machine's processors are told apart: so many sockets, cores in each and threads in each of these. */
export interface Topology {
  /** Packages on the board. */
  readonly sockets: number;
  /** In each socket. */
  readonly cores: number;
  /** In each core. */
  readonly threads: number;
}

/** The room that firmware's tables have. */
export const MOST_PROCESSORS = 32;

export const ALONE: Topology = { sockets: 1, cores: 1, threads: 1 };

export function processorCount({ sockets, cores, threads }: Topology): number {
  return sockets * cores * threads;
}

/** How many bits of an APIC's number tell so many things apart (Intel SDM vol. 3, 9.9.1). */
export function numberBits(things: number): number {
  return 32 - Math.clz32(things - 1);
}

/** Where a processor is: which thread of which core of which socket. */
export function placeOf(
  { cores, threads }: Topology,
  processor: number,
): Readonly<Record<'socket' | 'core' | 'thread', number>> {
  const core = Math.floor(processor / threads);
  return { socket: Math.floor(core / cores), core: core % cores, thread: processor % threads };
}

/** IDs of the local APICs at power-on, by processor: bits for the thread, above them for the core, above these for the socket. */
export function initialApicIds(topology: Topology): number[] {
  const { cores, threads } = topology;
  const threadBits = numberBits(threads);
  const coreBits = numberBits(cores);
  return Array.from({ length: processorCount(topology) }, (_, processor) => {
    const { socket, core, thread } = placeOf(topology, processor);
    return (socket << (coreBits + threadBits)) | (core << threadBits) | thread;
  });
}
