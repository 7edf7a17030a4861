import type { BlockDone, BlockMedium, BlockPort } from '../../host/block.ts';
import { type Geometry, geometryOf } from './geometry.ts';
import { SECTOR_BYTES, Status3 } from './registers.ts';
import type { DriveState } from './state.ts';

/** Cylinders that heads can be moved over, and those of disks that are written with twice the distance. */
const LAST_CYLINDER = 85;
const MOST_WIDE_CYLINDERS = 43;

/** Sides and sectors of a disk: sectors count from 1. */
export interface SectorAddress {
  readonly cylinder: number;
  readonly head: number;
  readonly sector: number;
}

/** A drive, or the place for one. */
export class FloppyDrive {
  readonly state: DriveState;
  readonly #port: BlockPort | null;
  /** Derived: the format of the medium that was last in it. */
  #geometry: Geometry | null = null;
  /** Derived: the medium that the format is of. */
  #medium: BlockMedium | null = null;

  constructor(state: DriveState, port: BlockPort | null) {
    this.state = state;
    this.#port = port;
    if (port === null) return;
    port.onMediumChanged = () => {
      this.state.changed = true;
    };
  }

  get isPresent(): boolean {
    return this.#port !== null;
  }

  /** Null: there is no disk. */
  get geometry(): Geometry | null {
    const medium = this.#port?.medium ?? null;
    if (medium !== this.#medium) this.#geometry = medium && geometryOf(medium.sectors);
    this.#medium = medium;
    return this.#geometry;
  }

  get isWriteProtected(): boolean {
    return this.#port?.medium?.isReadOnly ?? false;
  }

  /** The guest looks at what tells whether a request is done. */
  polled(): void {
    this.#port?.polled();
  }

  /** Bits of ST3. */
  get status(): number {
    const track0 = this.isPresent && this.state.cylinder === 0 ? Status3.track0 : 0;
    return track0 | (this.isWriteProtected ? Status3.writeProtected : 0);
  }

  /** Moves the heads at once. A step with a disk in the drive takes the change line back. */
  moveTo(cylinder: number): void {
    const { state } = this;
    const target = Math.max(0, Math.min(LAST_CYLINDER, cylinder));
    if (target !== state.cylinder && this.geometry !== null) state.changed = false;
    state.cylinder = target;
  }

  /** The number that the sectors under the heads have. */
  get writtenCylinder(): number {
    const { geometry } = this;
    const isWide = geometry !== null && geometry.cylinders <= MOST_WIDE_CYLINDERS;
    return isWide ? this.state.cylinder >> 1 : this.state.cylinder;
  }

  /** The sector's place in the image; undefined: the disk has no such sector. */
  place({ cylinder, head, sector }: SectorAddress): number | undefined {
    const { geometry } = this;
    if (geometry === null) return undefined;
    const { cylinders, heads, sectors } = geometry;
    if (cylinder >= cylinders || head >= heads || sector < 1 || sector > sectors) return undefined;
    return (cylinder * heads + head) * sectors + sector - 1;
  }

  /** Reads sectors; bytes beyond the end of the image are zeros. */
  read(place: number, target: Uint8Array, done: BlockDone): void {
    const port = this.#port!;
    if (this.#holds(place)) port.read(place, target, done);
    else {
      // A request keeps `done` out of this call.
      port.read(0, new Uint8Array(SECTOR_BYTES), (error) => {
        target.fill(0);
        done(error);
      });
    }
  }

  write(place: number, source: Uint8Array, done: BlockDone): void {
    if (this.#holds(place)) this.#port!.write(place, source, done);
    else this.#port!.flush((error) => done(error ?? 'no-space'));
  }

  #holds(place: number): boolean {
    return place < (this.#port?.medium?.sectors ?? 0);
  }

  cancel(): void {
    this.#port?.cancel();
  }
}
