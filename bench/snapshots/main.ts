#!/usr/bin/env node
/**
 * Saves, restores, forks and moves a machine with Linux, and shows how long that takes.
 *
 *     node bench/snapshots/main.ts [FORKS]
 */
import { figureText, measureSnapshots } from './index.ts';

const [forks] = process.argv.slice(2).map(Number);
await measureSnapshots((figure) => void process.stdout.write(figureText(figure)), forks);
