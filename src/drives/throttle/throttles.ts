import type { BlockQuestion } from '../../../runtime/host/block.ts';
import { ThrottleGroup, type ThrottleTimers } from './group.ts';
import { type DriveLimits, isLimited } from './limits.ts';

/** The limits of all drives of a machine. */
export class Throttles {
  readonly #timers: ThrottleTimers;
  readonly #groups = new Map<string, ThrottleGroup>();
  readonly #groupOfDrive = new Map<string, ThrottleGroup>();
  #isSuspended = false;

  constructor(timers: ThrottleTimers) {
    this.#timers = timers;
  }

  /** Limits a drive, and those that share its group. */
  set(drive: string, limits: DriveLimits): void {
    const before = this.#groupOfDrive.get(drive);
    this.#groupOfDrive.delete(drive);
    if (isLimited(limits)) {
      const group = this.#group(limits.group ?? drive);
      group.setLimits(limits);
      this.#groupOfDrive.set(drive, group);
    }
    if (before !== undefined && ![...this.#groupOfDrive.values()].includes(before)) this.#remove(before);
  }

  /** While it is set no request waits. */
  set isSuspended(value: boolean) {
    this.#isSuspended = value;
    for (const group of this.#groups.values()) group.isSuspended = value;
  }

  /** Resolves when a request of a drive may go; undefined: now. */
  admit(drive: string, question: BlockQuestion): Promise<void> | undefined {
    const group = this.#groupOfDrive.get(drive);
    if (group === undefined || (question.type !== 'read' && question.type !== 'write')) return undefined;
    return group.admit({ type: question.type, bytes: question.bytes.length });
  }

  #group(name: string): ThrottleGroup {
    const known = this.#groups.get(name);
    if (known) return known;
    const group = new ThrottleGroup(this.#timers);
    group.isSuspended = this.#isSuspended;
    this.#groups.set(name, group);
    return group;
  }

  /** Removes a group that no drive has; requests that wait in it go on. */
  #remove(group: ThrottleGroup): void {
    group.setLimits({});
    for (const [name, one] of this.#groups) if (one === group) this.#groups.delete(name);
  }
}
