import { arithmetic } from './arithmetic.ts';
import { byteCode } from './byte-code.ts';
import { fibonacci } from './fibonacci.ts';
import { screen } from './screen.ts';
import { services } from './services.ts';
import { sieve } from './sieve.ts';
import { sort } from './sort.ts';
import { strings } from './strings.ts';

/** A program as DOS has them. Its rounds take some 50 to 200 ms in QEMU. */
export interface DosProgram {
  readonly name: string;
  /** Its routine: called with DS 0 and DF clear, it may change all but DS and SS, and returns a checksum in EAX. */
  readonly label: string;
  readonly about: string;
  readonly rounds: number;
  /** The result of each round: 8 hexadecimal digits. */
  readonly checksum: string;
  readonly source: string;
}

type Row = readonly [name: string, rounds: number, checksum: string, source: string, about: string];

const rows: readonly Row[] = [
  ['sieve', 30, '2D64FF5C', sieve, 'primes in an array of 128 KB, ES loaded for each access'],
  ['fibonacci', 60, '00001A6D', fibonacci, 'far calls with frames by BP and far pointers'],
  ['strings', 50, 'FFFB21FE', strings, 'text by LODSB, STOSB, SCASB, CMPSB and MOVSW'],
  ['screen', 5, '2FE14D6A', screen, 'lines on the text screen, with scrolling'],
  ['sort', 40, '5637B662', sort, 'quicksort of words, near calls'],
  ['byte-code', 40, '993C7BC6', byteCode, 'an interpreter with a table of jumps'],
  ['services', 20, 'E2569B19', services, 'calls by INT, whose handler saves all and changes segments'],
  ['arithmetic', 80, 'D11A0490', arithmetic, '32 bits by ADC, SBB, RCR, MUL and DIV'],
];

export const programs: readonly DosProgram[] = rows.map(([name, rounds, checksum, source, about]) => ({
  ...{ name, rounds, checksum, source, about },
  label: name.replaceAll('-', '_'),
}));
