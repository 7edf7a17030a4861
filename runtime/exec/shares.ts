import { RECORD_SHIFT } from '../../translator/abi/record.ts';
import type { Node } from './node.ts';

/**
 * Whether an entry has enough of what is interpreted to be worth its translation. Work is counted in heat, whenever an entry is
 * looked at: for the heat that it has gained since it was looked at before. So it takes no clock, and a slow host decides as a
 * fast one does.
 */
export class Shares {
  /** All heat that was gained, of all entries. */
  private work = 0;
  /** By record: the work when the heat of its node began to count. */
  private readonly since: Float64Array;
  private readonly least: number;

  /** `records`: how many there are. `least`: the part of all work that an entry must have. */
  constructor(records: number, least: number) {
    this.since = new Float64Array(records);
    this.least = least;
  }

  charge(heat: number): void {
    this.work += heat;
  }

  /** The heat of a node counts from here. */
  begin({ record }: Node): void {
    this.since[record >>> RECORD_SHIFT] = this.work;
  }

  /** Whether a node that has gained so much heat since then had less than its part of the work. */
  isSmall({ record }: Node, heat: number): boolean {
    return heat < this.least * (this.work - this.since[record >>> RECORD_SHIFT]);
  }
}
