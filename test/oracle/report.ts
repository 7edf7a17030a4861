/** Counts what an oracle checked, and keeps a few of the failures to be shown. */
export class Report {
  passed = 0;
  failed = 0;
  /** Translations that were made: none means that the translator has not been checked. */
  translations = 0;
  /** Instructions that ran without nodes. */
  coldRuns = 0;
  /** Counts of cases that were not checked, by reason. */
  readonly skipped = new Map<string, number>();
  readonly #notes: string[] = [];
  /** Failures by subject (an instruction form, say), with the first of them in full. */
  readonly #failures = new Map<string, { count: number; first: string }>();

  /** No differences: passed. */
  add(subject: string, name: string, differences: readonly string[]): void {
    if (differences.length === 0) {
      this.passed++;
      return;
    }
    this.failed++;
    const entry = this.#failures.get(subject) ?? { count: 0, first: `${name}: ${differences.join('; ')}` };
    entry.count++;
    this.#failures.set(subject, entry);
  }

  /** A line of the text that is no failure. */
  note(text: string): void {
    this.#notes.push(text);
  }

  skip(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  /** A line for each subject that failed, each reason to skip and each note, then the sum. */
  text(): string {
    const failures = [...this.#failures].map(([subject, { count, first }]) => `${subject}: ${count} failed. ${first}`);
    const skipped = [...this.skipped].map(([reason, count]) => `${count} not compared: ${reason}`);
    const translations = `${this.translations} translations`;
    return [...failures, ...skipped, ...this.#notes, translations, `${this.passed} passed, ${this.failed} failed`].join(
      '\n',
    );
  }
}

export const hex = (value: number): string => (value >>> 0).toString(16);

/** Names of the flags in which two EFLAGS images differ, by `mask`, and the first image's flags. */
export function flagDifference(actual: number, expected: number, mask: number): string[] {
  const wrong = (actual ^ expected) & mask;
  return wrong === 0 ? [] : [`flags ${hex(actual & mask)} not ${hex(expected & mask)} (${flagNames(wrong)})`];
}

const names = ['cf', '', 'pf', '', 'af', '', 'zf', 'sf', 'tf', 'if', 'df', 'of', 'iopl', 'iopl', 'nt', '', 'rf', 'vm'];

function flagNames(flags: number): string {
  return names.filter((_, bit) => flags & (1 << bit)).join(' ');
}
