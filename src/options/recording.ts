import { checkedInteger, checkNames, checkText } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';

/** How time is taken from executed instructions; with it a machine can be recorded, and replay a recording. */
export interface IcountOptions {
  /** One takes 2 to this power nanoseconds; from 0 to 10. */
  readonly shift: number;
  /** A file for a recording of all that enters the machine; in Node only. It takes the place of what is there. */
  readonly record?: string;
  /** A recording: the machine does again what it did then, and nothing that happens now reaches it. */
  readonly replay?: Image;
  /** Instructions between two checksums of the state in a recording. Default: 10 million. */
  readonly markEvery?: number;
}

const LARGEST_SHIFT = 10;
export const MARK_EVERY = 10_000_000;
const FEWEST_BETWEEN_MARKS = 1000;

/**
 * How time is taken from instructions, if it can be.
 * @throws ConfigurationError that names the option
 */
export function checkedIcount<Icount extends IcountOptions>(icount: Icount): Icount {
  checkNames('icount', icount, ['shift', 'record', 'replay', 'markEvery']);
  const { shift, record, replay, markEvery } = icount;
  atOption('shift', () => checkedInteger('icount.shift', shift, 0, LARGEST_SHIFT));
  atOption('record', () => checkText('icount.record', record));
  if (replay !== undefined) atOption('replay', () => checkImage('icount.replay', replay));
  if (record !== undefined && replay !== undefined)
    throw new ConfigurationError('icount.record and icount.replay exclude each other; give one of them');
  if (markEvery !== undefined)
    atOption('markEvery', () =>
      checkedInteger('icount.markEvery', markEvery, FEWEST_BETWEEN_MARKS, Number.MAX_SAFE_INTEGER),
    );
  return icount;
}
