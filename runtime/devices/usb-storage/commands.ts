import type { BlockMedium } from '../../host/block.ts';
import { longOf } from '../../memory/long.ts';
import { Operation, READ_CAPACITY_16, Sense } from './registers.ts';
import {
  capacity10,
  capacity16,
  formatCapacities,
  inquiry,
  modePages,
  senseData,
  unitList,
  vitalProductData,
} from './replies.ts';

/** The action that a command asks for. */
export type Action =
  | { readonly kind: 'send'; readonly bytes: Uint8Array }
  | { readonly kind: 'read' | 'write'; readonly sector: number; readonly sectors: number }
  | { readonly kind: 'flush' | 'nothing' }
  | { readonly kind: 'fail'; readonly sense: number };

export interface CommandContext {
  readonly medium: BlockMedium;
  readonly serial: string;
  /** Why the last command failed. */
  readonly sense: number;
}

const NOTHING: Action = { kind: 'nothing' };
const fail = (sense: number): Action => ({ kind: 'fail', sense });
const send = (bytes: Uint8Array | null, most: number): Action =>
  bytes === null ? fail(Sense.invalidField) : { kind: 'send', bytes: bytes.subarray(0, most) };

/** Where sectors are named: those of 10, 12 and 16 bytes have a length after the place. */
const places: Readonly<Record<number, { readonly kind: 'read' | 'write'; readonly bytes: 6 | 10 | 12 | 16 }>> = {
  [Operation.read6]: { kind: 'read', bytes: 6 },
  [Operation.read10]: { kind: 'read', bytes: 10 },
  [Operation.read12]: { kind: 'read', bytes: 12 },
  [Operation.read16]: { kind: 'read', bytes: 16 },
  [Operation.write6]: { kind: 'write', bytes: 6 },
  [Operation.write10]: { kind: 'write', bytes: 10 },
  [Operation.write12]: { kind: 'write', bytes: 12 },
  [Operation.write16]: { kind: 'write', bytes: 16 },
};

/** Reads a command block. */
export function actionOf(block: Uint8Array, context: CommandContext): Action {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const operation = view.getUint8(0);
  const place = places[operation];
  if (place !== undefined) return transfer(place.kind, sectorsOf(view, place.bytes), context.medium);
  const { sectors } = context.medium;
  switch (operation) {
    case Operation.inquiry:
      return inquire(view, context);
    case Operation.requestSense:
      return send(senseData(context.sense), view.getUint8(4));
    case Operation.modeSense6:
      return send(modePages(view.getUint8(2) & 0x3f, context.medium.isReadOnly, false), view.getUint8(4));
    case Operation.modeSense10:
      return send(modePages(view.getUint8(2) & 0x3f, context.medium.isReadOnly, true), view.getUint16(7));
    case Operation.readCapacity10:
      return send(capacity10(sectors), 8);
    case Operation.serviceIn16:
      return send((view.getUint8(1) & 0x1f) === READ_CAPACITY_16 ? capacity16(sectors) : null, view.getUint32(10));
    case Operation.formatCapacities:
      return send(formatCapacities(sectors), view.getUint16(7));
    case Operation.reportUnits:
      return send(unitList(), view.getUint32(6));
    default:
      return withoutData(operation);
  }
}

function withoutData(operation: number): Action {
  switch (operation) {
    case Operation.synchronize10:
    case Operation.synchronize16:
      return { kind: 'flush' };
    case Operation.testUnitReady:
    case Operation.startStop:
    case Operation.preventRemoval:
    case Operation.verify10:
      return NOTHING;
    default:
      return fail(Sense.unknownCommand);
  }
}

function inquire(view: DataView, { serial }: CommandContext): Action {
  const [isVital, page, most] = [(view.getUint8(1) & 1) !== 0, view.getUint8(2), view.getUint16(3)];
  if (isVital) return send(vitalProductData(page, serial), most);
  return page === 0 ? send(inquiry(), most) : fail(Sense.invalidField);
}

function sectorsOf(view: DataView, bytes: 6 | 10 | 12 | 16): { sector: number; sectors: number } {
  switch (bytes) {
    case 6:
      return { sector: view.getUint32(0) & 0x1fffff, sectors: view.getUint8(4) || 256 };
    case 10:
      return { sector: view.getUint32(2), sectors: view.getUint16(7) };
    case 12:
      return { sector: view.getUint32(2), sectors: view.getUint32(6) };
    case 16:
      return { sector: longOf(view.getUint32(6), view.getUint32(2)), sectors: view.getUint32(10) };
  }
}

function transfer(
  kind: 'read' | 'write',
  { sector, sectors }: { sector: number; sectors: number },
  medium: BlockMedium,
): Action {
  if (sector + sectors > medium.sectors) return fail(Sense.outOfRange);
  if (kind === 'write' && medium.isReadOnly) return fail(Sense.writeProtected);
  return sectors === 0 ? NOTHING : { kind, sector, sectors };
}
