/** Prints addresses in the code of a region by their distance from its entry, so that the code may be moved. */
export class Addresses {
  private readonly entry: number;
  private isUsed = false;

  /** `entry`: EIP of the region's first instruction. */
  constructor(entry: number) {
    this.entry = entry;
  }

  text(eip: number): string {
    this.isUsed = true;
    const distance = this.distance(eip);
    return distance === 0 ? 'entry' : `(entry+${distance}|0)`;
  }

  distance(eip: number): number {
    return (eip - this.entry) | 0;
  }

  /** Statement that branches by an EIP, known only now, to those that are listed with what is done there. */
  choose(eip: string, cases: readonly { readonly eip: number; readonly text: string }[]): string {
    if (cases.length === 0) return '';
    const bodies = cases.map((one) => `case ${this.distance(one.eip)}:{${one.text}}`);
    return `switch(${eip}-${this.text(this.entry)}|0){${bodies.join('')}}`;
  }

  /** Declarators, with a comma after each. */
  declarations(): string {
    return this.isUsed ? 'entry=i.eip,' : '';
  }
}
