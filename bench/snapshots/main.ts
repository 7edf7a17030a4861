#!/usr/bin/env node
/**
 * Saves, restores, forks and moves a machine with Linux, and shows how long that takes: median, least and most.
 *
 *     node bench/snapshots/main.ts [FORKS]
 */
import { type Figure, measureSnapshots } from './index.ts';

function line({ name, values }: Figure): string {
  const sorted = values.toSorted((a, b) => a - b);
  const shown = [sorted[sorted.length >> 1]!, sorted[0]!, sorted.at(-1)!].map((value) => value.toFixed(1).padStart(8));
  return `${name.padEnd(24)}${shown.join('')} ms\n`;
}

const [forks] = process.argv.slice(2).map(Number);
process.stdout.write(`${''.padEnd(24)}  median   least    most\n`);
await measureSnapshots((figure) => process.stdout.write(line(figure)), forks);
