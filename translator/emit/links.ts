/**
 * How control leaves by a link. `entry`: to an instruction where control goes regularly, so that code rooted there may be
 * translated. `back`: to the instruction after a call or a trap. `interpret`: the one instruction there is run by its handler,
 * and code goes on after it. A region may run it itself, and go on after that instruction if the handler leads there. `leave`:
 * to the dispatcher. `deep`: to a function, as calls are nested too deep to nest one more. An assumption fails: as `interpret`.
 */
export type LinkKind = 'entry' | 'back' | 'interpret' | 'leave' | 'deep' | LinkedAssumption;

/**
 * What a translation takes to be so (Assumptions), and has links of their own for. `found`: the TLB has what is accessed; `narrow`: a
 * window is in one page; `precision`: x87 precision control is what it was made for.
 */
export type LinkedAssumption = 'found' | 'narrow' | 'precision';

/** `aligned`: accesses are at multiples of their sizes, as the check for `found` includes. Where one isn't its slow path tells (Mmu.misaligned).
 * `nested`: calls can be nested. */
export type Assumption = LinkedAssumption | 'aligned' | 'nested';

/** One of the nodes that `i.links` must hold: where the region goes on, or only stops at an instruction. */
export interface Link {
  readonly eip: number;
  readonly kind: LinkKind;
}

/** The links of a region, in the order in which it needs them. */
export class Links {
  readonly all: Link[] = [];
  private readonly known = new Map<LinkKind, Map<number, number>>();

  indexOf(eip: number, kind: LinkKind): number {
    let places = this.known.get(kind);
    if (places === undefined) {
      places = new Map();
      this.known.set(kind, places);
    }
    const known = places.get(eip);
    if (known !== undefined) return known;
    const index = this.all.push({ eip, kind }) - 1;
    places.set(eip, index);
    return index;
  }
}
