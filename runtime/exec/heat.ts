import type { Node } from './node.ts';
import type { Records } from './records.ts';

/** The lowest value of HEAT, which is a word. */
const LEAST_HEAT = -(2 ** 31);

/** The heat of entries: the sum of the weights of their runs while they are not translated. It is negative where it was cooled. */
export class Heat {
  /** Heat at which an entry is due first. */
  readonly firstDue: number;
  private readonly records: Records;

  constructor(records: Records, firstDue: number) {
    this.records = records;
    this.firstDue = firstDue;
  }

  of(record: number): number {
    return this.records.views.HEAT[record] + this.dueOf(record);
  }

  set(record: number, heat: number): void {
    this.records.views.HEAT[record] = Math.max(LEAST_HEAT, heat - this.dueOf(record));
  }

  /** Restarts the count of an entry's runs. An entry that was cooled stays so. */
  forget(record: number): void {
    const heat = Math.min(this.of(record), 0);
    const node = this.records.nodeOf(record);
    if (node !== null) node.due = this.firstDue;
    this.set(record, heat);
  }

  /** Heat at which an entry is looked at. */
  private dueOf(record: number): number {
    return this.records.nodeOf(record)?.due ?? this.firstDue;
  }

  /** Sets the heat at which an entry is looked at. Its heat stays what it is. */
  setDue(node: Node, due: number): void {
    const heat = this.of(node.record);
    node.due = due;
    this.set(node.record, heat);
  }
}
