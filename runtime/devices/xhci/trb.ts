import type { BusMemory } from '../../memory/bus-memory.ts';
import { address64 } from './registers.ts';

/** Transfer request blocks (6.4): what rings are made of. */
export const TRB_BYTES = 16;

export interface Trb {
  /** Where it stands. */
  readonly address: number;
  /** A pointer, or data. */
  readonly parameter: number;
  readonly parameterLow: number;
  readonly parameterHigh: number;
  readonly status: number;
  readonly control: number;
}

/** Types (6.4.6, table 6-91). */
export const TrbType = {
  normal: 1,
  setup: 2,
  data: 3,
  statusStage: 4,
  isochronous: 5,
  link: 6,
  eventData: 7,
  noOperation: 8,
  enableSlot: 9,
  disableSlot: 10,
  addressDevice: 11,
  configureEndpoint: 12,
  evaluateContext: 13,
  resetEndpoint: 14,
  stopEndpoint: 15,
  setDequeue: 16,
  resetDevice: 17,
  noOperationCommand: 23,
  transferEvent: 32,
  completionEvent: 33,
  portEvent: 34,
  controllerEvent: 37,
  wrapEvent: 39,
  /** NEC's own, which its driver in Linux asks for. */
  necEvent: 48,
  necFirmware: 49,
} as const;

/** Bits of the last word. Some mean different things in different types. */
export const TrbControl = {
  cycle: 1 << 0,
  toggleCycle: 1 << 1,
  shortInterrupt: 1 << 2,
  chain: 1 << 4,
  interrupt: 1 << 5,
  immediate: 1 << 6,
  blockInterrupt: 1 << 9,
  typeShift: 10,
  typeMask: 0x3f,
  in: 1 << 16,
  /** Bit of Address Device: only the contexts are set up. */
  blockAddress: 1 << 9,
  /** Bit of Configure Endpoint: all endpoints go. */
  deconfigure: 1 << 9,
  /** Bit of Reset Endpoint: the transfer goes on where it was. */
  preserve: 1 << 9,
  endpointShift: 16,
  slotShift: 24,
} as const;

/** Bit of a transfer event: it is for an Event Data TRB. */
export const EVENT_DATA = 1 << 2;
const LENGTH_MASK = 0x1ffff;
export const RESIDUE_MASK = 0xffffff;
export const INTERRUPTER_SHIFT = 22;
export const CODE_SHIFT = 24;

/** Completion codes (6.4.5, table 6-90). */
export const Code = {
  success: 1,
  babble: 3,
  transaction: 4,
  trb: 5,
  stall: 6,
  bandwidth: 8,
  noSlots: 9,
  slotNotEnabled: 11,
  endpointNotEnabled: 12,
  shortPacket: 13,
  parameter: 17,
  contextState: 19,
  eventRingFull: 21,
  ringStopped: 24,
  stopped: 26,
} as const;

export const typeOf = ({ control }: Trb): number => (control >>> TrbControl.typeShift) & TrbControl.typeMask;
export const lengthOf = ({ status }: Trb): number => status & LENGTH_MASK;
export const endpointOf = ({ control }: Trb): number => (control >>> TrbControl.endpointShift) & 0x1f;
export const slotOf = ({ control }: Trb): number => control >>> TrbControl.slotShift;

function readTrb(memory: BusMemory, address: number): Trb {
  const view = new DataView(new ArrayBuffer(TRB_BYTES));
  memory.read(address, new Uint8Array(view.buffer));
  const [low, high] = [view.getUint32(0, true), view.getUint32(4, true)];
  return {
    address,
    parameter: address64(low, high),
    parameterLow: low,
    parameterHigh: high,
    status: view.getUint32(8, true),
    control: view.getUint32(12, true),
  };
}

/** Where a ring is read next, and which cycle bit says that something is there (4.9.2). */
export interface Cursor {
  dequeue: number;
  cycle: boolean;
}

/** Links that follow one another: a ring that has nothing else goes round for ever. */
const MOST_LINKS = 32;
const ALIGNED = 16;

/**
 * The next TRB of a ring that is no link, and the cursor after it. empty: the guest has not written it yet. lost: there is no memory. endless: links
 * lead only to links.
 */
export function nextTrb(memory: BusMemory, cursor: Cursor): Trb | 'empty' | 'lost' | 'endless' {
  for (let links = 0; links <= MOST_LINKS; links++) {
    if (!memory.has(cursor.dequeue, TRB_BYTES)) return 'lost';
    const trb = readTrb(memory, cursor.dequeue);
    if (((trb.control & TrbControl.cycle) !== 0) !== cursor.cycle) return 'empty';
    if (typeOf(trb) !== TrbType.link) {
      cursor.dequeue += TRB_BYTES;
      return trb;
    }
    cursor.dequeue = trb.parameter - (trb.parameter % ALIGNED);
    if ((trb.control & TrbControl.toggleCycle) !== 0) cursor.cycle = !cursor.cycle;
  }
  return 'endless';
}
