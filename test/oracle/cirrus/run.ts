import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CirrusRig } from '../../runtime/devices/cirrus/rig.ts';
import { qtestAnswers } from '../qtest.ts';
import type { Steps } from './steps.ts';

const file = new URL('../data/cirrus.json', import.meta.url);

/** Digests of what QEMU's adapter answered, by case. */
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

/** How many answers there are, and all of them in short. */
export function digestOf(answers: readonly string[]): string {
  const told = answers.filter((answer) => answer !== '');
  return `${told.length} answers ${createHash('sha256').update(told.join('\n')).digest('hex').slice(0, 32)}`;
}

/** Our answer to each step: a number, bytes, or nothing. */
export function answersOfOurs(steps: Steps): string[] {
  const rig = new CirrusRig();
  return steps.map((step) => answerOf(rig, step));
}

function answerOf(rig: CirrusRig, step: string): string {
  const [command = '', ...words] = step.split(' ');
  const [first = 0, second = 0] = words.map(Number);
  const size = command.endsWith('l') ? 4 : command.endsWith('w') ? 2 : 1;
  if (command.startsWith('out')) rig.ports.write(first, size, second);
  else if (command.startsWith('in')) return number(rig.ports.read(first, size));
  else if (command === 'read') return `0x${Buffer.from(bytesFrom(rig, first, second)).toString('hex')}`;
  else if (command === 'write') {
    Buffer.from(words[2]!.slice(2), 'hex').forEach((byte, n) => {
      rig.store(1, first + n, byte);
    });
  } else if (command.startsWith('read')) return number(rig.load(size, first));
  else rig.store(size, first, second);
  return '';
}

const number = (value: number): string => `0x${(value >>> 0).toString(16)}`;

function bytesFrom(rig: CirrusRig, address: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => rig.load(1, address + n));
}

/** The answers of qemu-system-i386 to the steps. */
export const answersOfQemu = (steps: Steps): Promise<string[]> => qtestAnswers(steps, ['-m', '4', '-vga', 'cirrus']);
