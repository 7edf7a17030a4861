import { houseFigures } from './figures.ts';

/** Prints the figures; with --list also what was counted. */
const isListed = process.argv.includes('--list');
for (const { name, value, found } of houseFigures()) {
  console.log(`${String(value).padStart(6)}  ${name}`);
  if (isListed) for (const one of found) console.log(`        ${one}`);
}
