import type { SavedComponents } from '../../runtime/snapshot/components.ts';
import type { MachineDrives } from '../drives/index.ts';
import type { SavedMedia } from '../drives/saved-medium.ts';
import type { CallName, Calls } from '../isolate/protocol.ts';
import { InOrder } from '../storage/in-order.ts';
import { SnapshotError } from './layout.ts';
import { NAME } from './options.ts';

/** Asks a machine's isolate. */
type Call = <Name extends CallName>(name: Name, ...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>;

/** All that changes while a machine runs. */
export interface WholeState {
  readonly components: SavedComponents;
  readonly media: SavedMedia;
}

/** The machine has refused a state. */
function unfit({ message }: Error): SnapshotError {
  return new SnapshotError(NAME, `is of a machine with other options: ${message}`);
}

/** The state of a machine as a whole: what its isolate has, and what is in its drives. */
export class MachineStates {
  readonly #call: Call;
  readonly #drives: MachineDrives;
  readonly #order = new InOrder();

  constructor(call: Call, drives: MachineDrives) {
    this.#call = call;
    this.#drives = drives;
  }

  /**
   * The state at one moment. The machine stands still until it is there.
   * @throws ConfigurationError if a snapshot cannot hold what is in a drive
   */
  save(): Promise<WholeState> {
    return this.#frozen(async () => ({ components: await this.#call('save'), media: await this.#drives.save() }));
  }

  /**
   * Puts a state in the place of the present one.
   * @throws ConfigurationError if it doesn't fit the machine, or what is in its drives; nothing has changed then
   */
  load({ components, media }: WholeState): Promise<void> {
    return this.#frozen(() =>
      this.#drives.load(media, () =>
        this.#call('load', components).catch((error: Error) => {
          throw unfit(error);
        }),
      ),
    );
  }

  async #frozen<Result>(act: () => Promise<Result>): Promise<Result> {
    return await this.#order.run(async () => {
      await this.#call('freeze');
      try {
        return await act();
      } finally {
        // It may have ended: nothing is to be thawed then.
        await this.#call('thaw').catch(() => {});
      }
    });
  }
}
