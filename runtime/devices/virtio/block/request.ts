import { SECTOR_BYTES } from '../../../host/block.ts';
import { longAt } from '../../../memory/long.ts';
import type { Chain } from '../chain.ts';
import { MOST_DISCARDED, MOST_ZEROED } from './config.ts';
import { HEADER_BYTES, RANGE_BYTES, RequestStatus, RequestType, UNMAP } from './registers.ts';

/** A transfer of sectors that exist, in bytes. `zero` writes as many zeros. */
export interface Transfer {
  readonly kind: 'read' | 'write' | 'zero' | 'discard';
  readonly sector: number;
  readonly bytes: number;
}

/** A request that was read: something to be done, or the status that it ends with at once. */
export type Request = Transfer | 'flush' | 'getId' | number;

/** The disk that a request is for. */
export interface Medium {
  readonly sectors: number;
  readonly isReadOnly: boolean;
}

/** Decodes the request from its header and from what follows it. */
export function readRequest(chain: Chain, medium: Medium): Request {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  chain.read(0, new Uint8Array(header.buffer));
  const sector = longAt(header, 8);
  switch (header.getUint32(0, true)) {
    case RequestType.read:
      return checked({ kind: 'read', sector, bytes: chain.writable - 1 }, medium);
    case RequestType.write:
      return checked({ kind: 'write', sector, bytes: chain.readable - HEADER_BYTES }, medium);
    case RequestType.flush:
      return 'flush';
    case RequestType.getId:
      return 'getId';
    case RequestType.discard:
      return readRange(chain, medium, 'discard');
    case RequestType.writeZeroes:
      return readRange(chain, medium, 'zero');
    default:
      return RequestStatus.unsupported;
  }
}

/** One range: the configuration allows no more (5.2.6.2). */
function readRange(chain: Chain, medium: Medium, kind: 'discard' | 'zero'): Request {
  const range = new DataView(new ArrayBuffer(RANGE_BYTES));
  if (chain.readable !== HEADER_BYTES + RANGE_BYTES) return RequestStatus.error;
  chain.read(HEADER_BYTES, new Uint8Array(range.buffer));
  const count = range.getUint32(8, true);
  const flags = range.getUint32(12, true);
  if ((flags & (kind === 'zero' ? ~UNMAP : -1)) !== 0) return RequestStatus.unsupported;
  if (count > (kind === 'zero' ? MOST_ZEROED : MOST_DISCARDED)) return RequestStatus.error;
  return checked({ kind, sector: longAt(range, 0), bytes: count * SECTOR_BYTES }, medium);
}

function checked(transfer: Transfer, { sectors, isReadOnly }: Medium): Transfer | number {
  const { kind, sector, bytes } = transfer;
  const isThere = bytes % SECTOR_BYTES === 0 && sector + bytes / SECTOR_BYTES <= sectors;
  return isThere && (kind === 'read' || !isReadOnly) ? transfer : RequestStatus.error;
}
