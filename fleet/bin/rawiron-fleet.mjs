#!/usr/bin/env node
/** The command. It runs from its sources, and so does the library that it uses in a clone. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const words = ['--conditions=rawiron-source', main, ...process.argv.slice(2)];
const child = spawn(process.execPath, words, { stdio: 'inherit' });
// A terminal sends Ctrl-C to both.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
});
