import { readFileSync, writeFileSync } from 'node:fs';

/** Suites of cases whose answers are recorded. */
export type RecordedSuite = 'protection' | 'svm';

const fileOf = (suite: RecordedSuite): URL => new URL(`../data/${suite}.json`, import.meta.url);

/** Answers by case, recorded; `manual` has the right ones where QEMU's are not. */
export interface Recorded {
  readonly version: string;
  readonly qemu: Readonly<Record<string, string>>;
  readonly manual: Readonly<Record<string, string>>;
}

export function readRecorded(suite: RecordedSuite): Recorded {
  return JSON.parse(readFileSync(fileOf(suite), 'utf8'));
}

export function writeRecorded(suite: RecordedSuite, recorded: Recorded): void {
  writeFileSync(fileOf(suite), `${JSON.stringify(recorded, null, 2)}\n`);
}

/** The answer that a case must get. */
export function expected({ qemu, manual }: Recorded, name: string): string | undefined {
  return manual[name] ?? qemu[name];
}
