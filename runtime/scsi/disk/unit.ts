import { type BlockMedium, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { type Component, describe, u32 } from '../../snapshot/describe.ts';
import type { Action } from '../action.ts';
import { Sense } from '../operations.ts';
import type { Identity } from '../replies.ts';
import type { ScsiUnit } from '../unit.ts';
import { diskAction } from './commands.ts';

const diskState = describe({
  sense: u32,
  /** The disk has another size, and the guest has not been told. */
  attention: u32,
});

const NONE: BlockMedium = { sectors: 0, isReadOnly: true };

/** A hard disk. */
export class DiskUnit implements ScsiUnit {
  readonly component: Component;
  readonly port: BlockPort;
  readonly blockBytes = SECTOR_BYTES;
  readonly #state = diskState.create();
  readonly #identity: Identity;

  constructor(name: string, identity: Identity, port: BlockPort) {
    this.port = port;
    this.#identity = identity;
    this.component = diskState.bind(name, this.#state);
    port.onMediumChanged = () => {
      this.#state.attention = Sense.capacityChanged;
    };
  }

  get sense(): number {
    return this.#state.sense;
  }

  set sense(sense: number) {
    this.#state.sense = sense;
  }

  get isChanged(): boolean {
    return this.#state.attention !== Sense.none;
  }

  tellChange(): number {
    const { attention } = this.#state;
    this.#state.attention = Sense.none;
    return attention;
  }

  reset(): void {
    Object.assign(this.#state, diskState.create());
  }

  action(block: Uint8Array): Action {
    const medium = this.port.medium ?? NONE;
    return diskAction(block, { medium, identity: this.#identity, sense: this.#state.sense });
  }
}
