import { readFileSync, writeFileSync } from 'node:fs';
import { pictures } from './pictures.ts';
import { reports } from './reports.ts';
import { digestOf, type Shown } from './run.ts';

const file = new URL('../data/display.json', import.meta.url);

/** The recorded answers of QEMU's adapter, by program: the picture's digest, or lines of text. */
export interface Recorded {
  readonly version: string;
  readonly answers: Readonly<Record<string, string>>;
}

export const programs: Readonly<Record<string, string>> = { ...pictures, ...reports };

/** The part of a program's output that is recorded. */
export function answerOf(name: string, { text, ppm }: Shown): string {
  return name in pictures ? digestOf(ppm) : text.trim();
}

export function readRecorded(): Recorded {
  return JSON.parse(readFileSync(file, 'utf8'));
}

export function writeRecorded(recorded: Recorded): void {
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
}
