import type { XhciEvent } from './interrupter.ts';
import { wordsOf } from './registers.ts';
import { dataLength } from './transfer-descriptor.ts';
import { Code, EVENT_DATA, INTERRUPTER_SHIFT, RESIDUE_MASK, type Trb, TrbControl, TrbType, typeOf } from './trb.ts';

/** An event, and the interrupter that it goes to. */
export interface TargetedEvent {
  readonly event: XhciEvent;
  readonly interrupter: number;
}

/** A TRB of a transfer that has ended. */
interface Part {
  readonly trb: Trb;
  readonly length: number;
  readonly moved: number;
  /** The transfer went no further. */
  readonly isEnd: boolean;
}

function partsOf(trbs: readonly Trb[], done: number): Part[] {
  let left = done;
  return trbs.map((trb, n) => {
    const length = dataLength(trb);
    const moved = Math.min(left, length);
    left -= moved;
    return { trb, length, moved, isEnd: moved < length || n === trbs.length - 1 };
  });
}

/**
 * The events for a transfer that has ended (4.10.1, 4.10.3): at each TRB that asks for one; at the TRB where a packet
 * was short, if it asks for that; at the TRB where the transfer failed or was stopped, in any case. `who`: slot and
 * endpoint, as bits of the last word.
 */
export function transferEvents(
  trbs: readonly Trb[],
  { code, done }: { readonly code: number; readonly done: number },
  who: number,
): TargetedEvent[] {
  const parts = partsOf(trbs, done);
  const end = parts.findIndex(({ isEnd }) => isEnd);
  const hasFailed = code !== Code.success && code !== Code.shortPacket;
  const events: TargetedEvent[] = [];
  let [accumulated, isTold] = [0, false];
  for (const [n, part] of (hasFailed ? parts.slice(0, end + 1) : parts).entries()) {
    accumulated += part.moved;
    const isData = typeOf(part.trb) === TrbType.eventData;
    const told = n < end ? Code.success : code;
    if (!(n === end && hasFailed) && !wants(part, told)) continue;
    // Of a short transfer the guest hears once; only what it wants as data of an event comes too.
    if (isTold && !isData) continue;
    isTold = told !== Code.success;
    events.push(eventOf(part.trb, { code: told, value: isData ? accumulated : part.length - part.moved, who }));
    if (isData) accumulated = 0;
  }
  return events;
}

function wants({ trb, length, moved }: Part, told: number): boolean {
  const isShort = told === Code.shortPacket && moved < length;
  return (trb.control & (TrbControl.interrupt | (isShort ? TrbControl.shortInterrupt : 0))) !== 0;
}

function eventOf(trb: Trb, { code, value, who }: { code: number; value: number; who: number }): TargetedEvent {
  const isData = typeOf(trb) === TrbType.eventData;
  const event = {
    type: TrbType.transferEvent,
    parameter: isData ? ([trb.parameterLow, trb.parameterHigh] as const) : wordsOf(trb.address),
    code,
    value: value & RESIDUE_MASK,
    control: who | (isData ? EVENT_DATA : 0),
    isQuiet: (trb.control & TrbControl.blockInterrupt) !== 0,
  };
  return { event, interrupter: trb.status >>> INTERRUPTER_SHIFT };
}
