import { type BlockMedium, SECTOR_BYTES } from '../../host/block.ts';
import { type Action, type BlockRange, DONE, failed, INVALID_FIELD, reply } from '../action.ts';
import { bigEndian } from '../bytes.ts';
import { ModePage, Operation, PageControl, READ_CAPACITY_16, Sense } from '../operations.ts';
import { blockRange } from '../range.ts';
import { capacity10, type Identity, modeData, senseData, unitList } from '../replies.ts';
import { Flag, MOST_FILLED, Specific } from './registers.ts';
import { blockDescriptor, capacity16, formatCapacities, inquiry, modePages, vitalProductData } from './replies.ts';
import { unmapRanges } from './unmap.ts';

/** A disk as commands see it. */
export interface DiskContext {
  readonly medium: BlockMedium;
  readonly identity: Identity;
  /** Why the last command failed. */
  readonly sense: number;
}

type Command = (block: Uint8Array, disk: DiskContext) => Action;

const isBeyond = ({ block, count }: BlockRange, { sectors }: BlockMedium): boolean => block + count > sectors;

const read: Command = (block, { medium }) => {
  const range = blockRange(block);
  if (isBeyond(range, medium)) return failed(Sense.outOfRange);
  return range.count === 0 ? DONE : { kind: 'read', isRaw: false, ...range };
};

function writeRange(range: BlockRange, mustStay: boolean, medium: BlockMedium): Action {
  if (isBeyond(range, medium)) return failed(Sense.outOfRange);
  if (medium.isReadOnly) return failed(Sense.writeProtected);
  return range.count === 0 ? DONE : { kind: 'write', mustStay, ...range };
}

const write: Command = (block, { medium }) =>
  writeRange(blockRange(block), block[0] !== Operation.write6 && (block[1] & Flag.forceUnitAccess) !== 0, medium);

/** Data that can be read again is on the medium. */
const writeAndVerify: Command = (block, { medium }) => writeRange(blockRange(block), true, medium);

/** VERIFY (SBC-3, 5.22): the medium is taken for readable, unless the host sends what it is to be compared with. */
const verify: Command = (block, { medium }) => {
  const range = blockRange(block);
  if (isBeyond(range, medium)) return failed(Sense.outOfRange);
  const comparison = block[1] & Flag.compareMask;
  if (comparison === 0 || range.count === 0) return DONE;
  return comparison === Flag.compare ? { kind: 'compare', ...range } : INVALID_FIELD;
};

const seek: Command = (block, { medium }) => {
  const range = { block: block[0] === Operation.seek6 ? blockRange(block).block : bigEndian(block, 2, 4), count: 1 };
  return isBeyond(range, medium) ? failed(Sense.outOfRange) : DONE;
};

/** WRITE SAME (SBC-3, 5.46): no blocks means all that there are up to the end. Blocks are written, whether they may be unmapped or not. */
const writeSame: Command = (block, { medium }) => {
  const { block: first, count: asked } = blockRange(block);
  const range = { block: first, count: asked === 0 ? medium.sectors - first : asked };
  const hasNoData = block[0] === Operation.writeSame16 && (block[1] & Flag.noData) !== 0;
  if (first >= medium.sectors || isBeyond(range, medium)) return failed(Sense.outOfRange);
  if (medium.isReadOnly) return failed(Sense.writeProtected);
  if (range.count > MOST_FILLED) return INVALID_FIELD;
  if (hasNoData) return { kind: 'fill', pattern: new Uint8Array(SECTOR_BYTES), ...range };
  return { kind: 'parameters', length: SECTOR_BYTES, take: (pattern) => ({ kind: 'fill', pattern, ...range }) };
};

const unmap: Command = (block, { medium }) => {
  if (medium.isReadOnly) return failed(Sense.writeProtected);
  const length = bigEndian(block, 7, 2);
  return length === 0 ? DONE : { kind: 'parameters', length, take: (list) => unmapRanges(list, medium) };
};

/** There are no pages but those of vital product data. */
const inquire: Command = (block, { identity }) => {
  const [page, length] = [block[2], bigEndian(block, 3, 2)];
  if ((block[1] & Flag.vital) !== 0) return reply(vitalProductData(page, identity), length);
  return reply(page === 0 ? inquiry(identity) : null, length);
};

const modeSense: Command = (block, { medium: { sectors, isReadOnly } }) => {
  const control = block[2] >> 6;
  if (control === PageControl.saved) return failed(Sense.savingNotSupported);
  const pages = modePages(block[2] & 0x3f, control === PageControl.changeable, sectors);
  if (pages === null) return INVALID_FIELD;
  const isLong = block[0] === Operation.modeSense10;
  const descriptor = (block[1] & Flag.noDescriptor) === 0 ? blockDescriptor(sectors) : [];
  const specific = Specific.forceUnitAccess | (isReadOnly ? Specific.writeProtected : 0);
  const bytes = modeData({ isLong, mediumType: 0, specific, descriptor }, pages);
  return reply(bytes, isLong ? bigEndian(block, 7, 2) : block[4]);
};

/** MODE SELECT: nothing can be changed, so that the pages must be as they are (SPC-3, 6.7). */
const modeSelect: Command = (block, { medium }) => {
  const isLong = block[0] === Operation.modeSelect10;
  const length = isLong ? bigEndian(block, 7, 2) : block[4];
  if (length === 0) return DONE;
  return { kind: 'parameters', length, take: (list) => checkParameters(list, isLong, medium.sectors) };
};

function checkParameters(list: Uint8Array, isLong: boolean, sectors: number): Action {
  const headerBytes = isLong ? 8 : 4;
  if (list.length < headerBytes) return failed(Sense.wrongListLength);
  let at = headerBytes + (isLong ? bigEndian(list, 6, 2) : list[3]);
  while (at < list.length) {
    const code = list[at] & 0x3f;
    const page = code === ModePage.all ? null : modePages(code, false, sectors);
    if (page === null) return failed(Sense.invalidParameter);
    if (at + page.length > list.length) return failed(Sense.wrongListLength);
    if (page.some((byte, n) => n > 0 && byte !== list[at + n])) return failed(Sense.invalidParameter);
    at += page.length;
  }
  return DONE;
}

const serviceActionIn: Command = (block, { medium }) =>
  reply((block[1] & 0x1f) === READ_CAPACITY_16 ? capacity16(medium.sectors) : null, bigEndian(block, 10, 4));

const done: Command = () => DONE;
const flush: Command = () => ({ kind: 'flush' });

const commands: Readonly<Record<number, Command>> = {
  [Operation.testUnitReady]: done,
  [Operation.requestSense]: (block, { sense }) => reply(senseData(sense), block[4]),
  [Operation.read6]: read,
  [Operation.write6]: write,
  [Operation.seek6]: seek,
  [Operation.inquiry]: inquire,
  [Operation.modeSelect6]: modeSelect,
  // There is one host.
  [Operation.reserve6]: done,
  [Operation.release6]: done,
  [Operation.modeSense6]: modeSense,
  [Operation.startStopUnit]: done,
  [Operation.sendDiagnostic]: (block) => (bigEndian(block, 3, 2) === 0 ? DONE : INVALID_FIELD),
  [Operation.preventAllowMediumRemoval]: done,
  [Operation.readFormatCapacities]: (block, { medium }) =>
    reply(formatCapacities(medium.sectors), bigEndian(block, 7, 2)),
  [Operation.readCapacity10]: (_, { medium }) => reply(capacity10(medium.sectors, SECTOR_BYTES), Infinity),
  [Operation.read10]: read,
  [Operation.write10]: write,
  [Operation.seek10]: seek,
  [Operation.writeAndVerify10]: writeAndVerify,
  [Operation.verify10]: verify,
  [Operation.synchronizeCache10]: flush,
  [Operation.writeSame10]: writeSame,
  [Operation.unmap]: unmap,
  [Operation.modeSelect10]: modeSelect,
  [Operation.reserve10]: done,
  [Operation.release10]: done,
  [Operation.modeSense10]: modeSense,
  [Operation.read16]: read,
  [Operation.write16]: write,
  [Operation.writeAndVerify16]: writeAndVerify,
  [Operation.verify16]: verify,
  [Operation.synchronizeCache16]: flush,
  [Operation.writeSame16]: writeSame,
  [Operation.serviceActionIn16]: serviceActionIn,
  [Operation.reportLuns]: (block) => {
    const length = bigEndian(block, 6, 4);
    return length < 16 ? INVALID_FIELD : reply(unitList(), length);
  },
  [Operation.read12]: read,
  [Operation.write12]: write,
  [Operation.writeAndVerify12]: writeAndVerify,
  [Operation.verify12]: verify,
};

/** The action that a command block asks of a hard disk: commands of SPC-3 and SBC-3. */
export function diskAction(block: Uint8Array, disk: DiskContext): Action {
  return commands[block[0]]?.(block, disk) ?? failed(Sense.unknownCommand);
}
