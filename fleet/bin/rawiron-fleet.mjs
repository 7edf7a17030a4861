#!/usr/bin/env node
/** The command. It runs from its sources, and so does the library that it uses in a clone. Any Node can read this file. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The first Node that runs the sources: it takes types away and knows `using`. */
const OLDEST = 24;
/** The Node that `npm ci` brings. */
const installed = at('../../node_modules/node/bin/node');

if (Number.parseInt(process.versions.node, 10) >= OLDEST) run(process.execPath);
else if (existsSync(installed)) run(installed);
else {
  process.stderr.write(
    `rawiron-fleet: Node ${process.versions.node} cannot run TypeScript sources; run "npm ci" in the clone, with its install scripts: it brings a Node that does\n`,
  );
  process.exitCode = 1;
}

/** Takes its end for its own. */
function run(node) {
  const words = ['--conditions=rawiron-source', at('../src/cli/main.ts'), ...process.argv.slice(2)];
  const child = spawn(node, words, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
