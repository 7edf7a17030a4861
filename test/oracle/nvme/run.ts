import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../data/nvme.json', import.meta.url);

/** The recorded answers of QEMU's controller, by question. */
export interface Recorded {
  readonly version: string;
  readonly answers: Readonly<Record<string, string>>;
}

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeRecorded(recorded: Recorded): void {
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}
