import type { BlockMedium } from '../../runtime/host/block.ts';
import type { BlockQuestion } from '../../runtime/host/block-port.ts';
import type { ToHost, ToMachine } from '../../runtime/host/messages.ts';
import type { DriveConfig } from '../../runtime/machine/drives.ts';
import type { StorageHost } from '../storage/open.ts';
import { Drive } from './drive.ts';
import type { DrivePlan } from './options.ts';

/** The way from the drives to their machine. */
interface MachineSide {
  send(message: ToMachine): void;
  tell(message: string): void;
}

/** The host's side of all drives of a machine. */
export class MachineDrives {
  readonly all: readonly Drive[];
  readonly #plans: readonly DrivePlan[];
  #machine: MachineSide | null = null;
  #closed: Promise<unknown> | undefined;

  constructor(plans: readonly DrivePlan[], storage: StorageHost) {
    this.#plans = plans;
    const tell = (message: string) => this.#machine?.tell(message);
    const mediumChanged = (port: string, value: BlockMedium | null) =>
      this.#machine?.send({ type: 'input', port, value });
    this.all = plans.map((plan) => new Drive(plan, { storage, tell, mediumChanged }));
  }

  /**
   * Opens all images. If one cannot be opened all are closed again.
   * @throws ConfigurationError
   */
  async open(): Promise<void> {
    try {
      for (const drive of this.all) await drive.open();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** What the machine has to know of them. */
  get config(): DriveConfig[] {
    return this.#plans.map(({ options: _, ...config }, n) => ({ ...config, medium: this.all[n].medium }));
  }

  connect(machine: MachineSide): void {
    this.#machine = machine;
  }

  /** Answers a request of the machine's for one of them. */
  async answer({ port, id, question }: ToHost & { type: 'request' }): Promise<void> {
    const drive = this.all.find(({ name }) => name === port);
    const answer = await drive?.answer(question as BlockQuestion);
    this.#machine?.send({ type: 'completion', id, answer });
  }

  /** Writes what is left to be written, and lets go of all images. May be called again. */
  close(): Promise<unknown> {
    this.#closed ??= Promise.all(this.all.map((drive) => drive.close()));
    return this.#closed;
  }
}
