import type { BlockPort } from '../host/block.ts';
import type { Component } from '../snapshot/describe.ts';
import type { DataPhase } from './data-phase.ts';
import type { CommandQueue } from './disk/queue.ts';
import type { TaskFile } from './task-file.ts';

/** An ATA disk or an ATAPI CD-ROM drive, as its controller sees it. */
export interface Drive {
  /** Its state. */
  readonly component: Component;
  /** Its medium, which is told when the guest polls. */
  readonly port: BlockPort;
  readonly taskFile: TaskFile;
  readonly data: DataPhase;
  /** Commands that it executes in an order of its own; null: each ends before the next one is sent. */
  readonly queue: CommandQueue | null;
  /** Power on and hard reset. */
  reset(): void;
}
