import { type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { Sense } from '../operations.ts';
import { BLOCK_BYTES } from './registers.ts';
import { eventOfChange } from './replies.ts';
import { type CdState, Change } from './state.ts';

export const SECTORS_A_BLOCK: number = BLOCK_BYTES / SECTOR_BYTES;

/** The tray of a CD-ROM drive: its medium, its lock, and the changes that the guest is still to be told of. */
export class Tray {
  readonly #state: CdState;
  readonly #port: BlockPort;

  constructor(state: CdState, port: BlockPort) {
    this.#state = state;
    this.#port = port;
    port.onMediumChanged = () => this.#mediumChanged();
    port.onTrayClosed = () => this.#moved(false);
  }

  /** Size of the medium in blocks, with the tray closed; null: there is none. */
  get blocks(): number | null {
    const { medium } = this.#port;
    return medium === null || this.#state.trayOpen ? null : Math.floor(medium.sectors / SECTORS_A_BLOCK);
  }

  setLocked(locked: boolean): void {
    this.#state.locked = locked;
    this.#port.setLocked(locked);
  }

  /** The guest moves the tray. It knows of the time without a medium; what is in a tray that it closes may be another one (SPC-3, "Removable medium"). */
  move(open: boolean): void {
    const state = this.#state;
    if (state.trayOpen === open) return;
    state.trayOpen = open;
    this.#port.setTrayOpen(open);
    const present = this.blocks !== null;
    state.event = eventOfChange(present);
    if (present) state.change = Change.changed;
  }

  /** A state was loaded: the host learns of it. */
  restored(): void {
    this.#port.setLocked(this.#state.locked);
    this.#port.setTrayOpen(this.#state.trayOpen);
  }

  /** The host opens the tray to take a medium out, and closes it on a new one; it need not be told. */
  #mediumChanged(): void {
    this.#moved(this.#port.medium === null);
  }

  #moved(open: boolean): void {
    const state = this.#state;
    state.trayOpen = open;
    const present = this.blocks !== null;
    state.event = eventOfChange(present);
    if (present && state.change === Change.none) state.change = Change.absent;
  }

  /** A medium is there of which the guest doesn't know yet. */
  get isChanged(): boolean {
    return this.blocks !== null && this.#state.change !== Change.none;
  }

  /** The sense of a command without its medium. After that a new one is reported only as a change; one in the open tray is none. */
  tellAbsence(): number {
    if (this.#port.medium === null) this.#state.change = Change.changed;
    return Sense.noMedium;
  }

  /**
   * The sense by which the guest learns of a change. Systems that only ask whether the drive is ready notice the time without a
   * medium, then the new one.
   */
  tellChange(): number {
    const state = this.#state;
    const wasAbsent = state.change === Change.absent;
    state.change = wasAbsent ? Change.changed : Change.none;
    return wasAbsent ? Sense.noMedium : Sense.mediumChanged;
  }
}
