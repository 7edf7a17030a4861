import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../data/protection.json', import.meta.url);

/** Answers by case, recorded; `manual` has the right ones where QEMU's are not. */
export interface Recorded {
  readonly version: string;
  readonly qemu: Readonly<Record<string, string>>;
  readonly manual: Readonly<Record<string, string>>;
}

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeRecorded(recorded: Recorded): void {
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}

/** The answer that a case must get. */
export function expected({ qemu, manual }: Recorded, name: string): string | undefined {
  return manual[name] ?? qemu[name];
}
