/** An EIP, and the statements to be executed there. */
interface Case {
  readonly eip: number;
  readonly text: string;
}

/** Prints addresses in the code of a region by their distance from its entry, so that the code may be moved. */
export class Addresses {
  readonly #entry: number;
  readonly #link: number | null;
  #isUsed = false;

  /**
   * `entry`: EIP of the region's first instruction. `link`: of a region with a dispatch, the index of that instruction among the
   * links, as it may be entered elsewhere; null of others.
   */
  constructor(entry: number, link: number | null) {
    this.#entry = entry;
    this.#link = link;
  }

  text(eip: number): string {
    this.#isUsed = true;
    const distance = this.distance(eip);
    return distance === 0 ? 'entry' : `(entry+${distance}|0)`;
  }

  distance(eip: number): number {
    return (eip - this.#entry) | 0;
  }

  /** Statement that branches by an EIP, known only now, to those that are listed with what is done there. */
  choose(eip: string, cases: readonly Case[]): string {
    return cases.length === 0 ? '' : this.dispatch(`${eip}-${this.text(this.#entry)}|0`, cases);
  }

  /** Statement that branches by the distance of an EIP. */
  dispatch(distance: string, cases: readonly Case[]): string {
    const bodies = cases.map((one) => `case ${this.distance(one.eip)}:{${one.text}}`);
    return `switch(${distance}){${bodies.join('')}}`;
  }

  /** Declarators, with a comma after each; the dispatch begins `at` the distance of the instruction that was entered. */
  declarations(): string {
    if (this.#link !== null) return `entry=i.links[${this.#link}].eip,at=i.eip-entry|0,`;
    return this.#isUsed ? 'entry=i.eip,' : '';
  }
}
