/** A guest's promises about its files: by name the checksum of the flushed contents, or null where the file is gone. */
export class Ledger {
  readonly promises = new Map<string, string | null>();
  /** How many flushes were told. */
  flushes = 0;
  readonly #label: string;

  /** @param label of the file system whose lines it takes */
  constructor(label: string) {
    this.#label = label;
  }

  /**
   * Takes a line of the guest's: `change LABEL NAME .` before a file is changed, `kept LABEL NAME SUM .` and
   * `gone LABEL NAME .` after a flush. A line without its end says nothing: it may be cut.
   */
  take(line: string): void {
    if (!line.endsWith(' .')) return;
    const [word, label, name, sum] = line.split(' ');
    if (label !== this.#label) return;
    if (word === 'change') this.promises.delete(name);
    if (word !== 'kept' && word !== 'gone') return;
    this.flushes++;
    this.promises.set(name, word === 'kept' ? sum : null);
  }

  /** One with the promises so far. */
  copy(): Ledger {
    const copy = new Ledger(this.#label);
    for (const [name, sum] of this.promises) copy.promises.set(name, sum);
    return copy;
  }

  /** The promises that were broken. `found`: checksums of the files that are there, by name. */
  broken(found: ReadonlyMap<string, string>): string[] {
    const wrong = [...this.promises].filter(([name, sum]) => (found.get(name) ?? null) !== sum);
    return wrong.map(([name, sum]) => `${name} should be ${sum ?? 'gone'} and is ${found.get(name) ?? 'not there'}`);
  }
}
