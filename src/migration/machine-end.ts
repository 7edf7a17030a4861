import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { SavedMedia } from '../drives/saved-medium.ts';
import type { Call } from '../isolate/protocol.ts';
import type { MachineParts } from '../machine/types.ts';
import type { TransferCallName, TransferCalls } from '../machine-core.ts';
import type { OptionDifference } from '../options/differences.ts';
import type { MachineOptions } from '../options/options.ts';
import type { SavedShares } from '../shares/index.ts';
import { checkWhole, deviceDifferences, restoredOptions, savedOptions } from '../snapshot/options.ts';

/** The library's end of a machine, as a migration needs it. */
export interface MigratingMachine {
  readonly made: MachineParts;
  isRunning(): boolean;
  /** Asks its isolate. */
  readonly call: Call;
  pause(): Promise<void>;
  /** Lets it run on, whatever its migration does. */
  run(): Promise<void>;
  /** Waits until nobody saves or loads its state, and keeps others from that until the function is called. */
  lock(): Promise<() => void>;
  log(message: string): void;
}

/** The side of a migration that works on its machine. */
export class MachineEnd {
  readonly #machine: MigratingMachine;

  constructor(machine: MigratingMachine) {
    this.#machine = machine;
  }

  get host(): MachineParts['host'] {
    return this.#machine.made.host;
  }

  get isRunning(): boolean {
    return this.#machine.isRunning();
  }

  /** Says what somebody should know. */
  log(message: string): void {
    this.#machine.log(message);
  }

  /** The options of the machine, and the media in its drives: the facts to make the same one elsewhere. */
  about(frames: number): Saved {
    const { options, parts, drives } = this.#machine.made;
    const media = drives.all.flatMap(({ name, image, medium, isInMemory }) =>
      medium === null || image === null ? [] : [[name, { ...medium, image, isInMemory }] as const],
    );
    return { options: savedOptions(options, parts), media: Object.fromEntries(media), frames };
  }

  async transfer<Name extends TransferCallName>(
    name: Name,
    ...args: Parameters<TransferCalls[Name]>
  ): Promise<ReturnType<TransferCalls[Name]>> {
    return (await this.#machine.call('transfer', name, args)) as ReturnType<TransferCalls[Name]>;
  }

  pause(): Promise<void> {
    return this.#machine.pause();
  }

  /** Waits until nobody saves or loads its state: they stop it too. They wait until the function is called. */
  lock(): Promise<() => void> {
    return this.#machine.lock();
  }

  /** Stops it; at once, whatever its drives do. All that it has asked its drives for is done then. */
  async stop(): Promise<void> {
    const frozen = () => this.#machine.call('freeze');
    await Promise.all([this.#machine.pause(), this.#machine.made.drives.withoutLimits(frozen)]);
  }

  /** The other way round. */
  async goOn(): Promise<void> {
    await this.stay();
    await this.run();
  }

  /** It runs, or goes on after a pause. */
  run(): Promise<void> {
    return this.#machine.run();
  }

  /** It stands still, as one that was paused. */
  async stay(): Promise<void> {
    await this.#machine.call('thaw');
  }

  /** The contents of its folders in memory. It must be stopped. */
  shares(): Promise<SavedShares> {
    return this.#machine.made.shares.save();
  }

  /** The contents of its disks, on their way out or in. */
  get contents(): MachineParts['drives']['contents'] {
    return this.#machine.made.drives.contents;
  }

  /**
   * Checks that all of the machine can be moved: files that the guest has open in folders of this host cannot, nor what a replay
   * does not have.
   * @throws ConfigurationError that names the folder or drive
   */
  checkWhole(): void {
    checkWhole(this.#machine.made);
  }

  /** Options by which another machine has other parts than this one. */
  differencesFrom(there: MachineOptions): OptionDifference[] {
    const { options, parts } = this.#machine.made;
    return deviceDifferences(there, restoredOptions(savedOptions(options, parts)));
  }

  /** Lets another process have its images. It must be stopped. */
  release(): Promise<void> {
    return this.#machine.made.drives.release();
  }

  /**
   * @param patience how long to wait for images that are in use, in milliseconds
   * @throws ConfigurationError if another process has them, or has changed them
   */
  retake(patience = 0): Promise<void> {
    return this.#machine.made.drives.retake(patience);
  }

  /**
   * Opens the images of a machine that has arrived, and sees that they are as it left them.
   * @throws ConfigurationError
   */
  async take(media: SavedMedia): Promise<void> {
    const { drives, cards } = this.#machine.made;
    await drives.open();
    await drives.load(media, async () => {});
    await drives.admit();
    for (const card of cards.all) card.tellLink();
  }

  /** Others may go on from the same state. */
  beginGeneration(): void {
    this.#machine.made.generation.begin();
  }

  /** @throws Error that names what doesn't fit; nothing has changed then */
  async load(components: SavedComponents, shares: SavedShares): Promise<void> {
    const load = await this.#machine.made.shares.stage(shares);
    await load(() => this.transfer('load', components));
  }
}
