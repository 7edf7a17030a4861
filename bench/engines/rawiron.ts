import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, Engine } from './engine.ts';
import type { RawironOptions } from './rawiron-machine.ts';

const script = join(import.meta.dirname, 'rawiron-machine.mjs');

/** How to start a machine of this project's library. */
export function rawironCommand(options: RawironOptions): Command {
  return { command: process.execPath, args: [script, JSON.stringify(options)], hasCounters: true };
}

async function version(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const rawiron = (name: 'interpreter' | 'translator' | 'wasm', about: string, share: number): Engine => ({
  name,
  about,
  kind: 'machine',
  share,
  takesDisks: true,
  takesCards: true,
  translates: name === 'translator',
  prepare: version,
  command: (start) => rawironCommand({ ...start, engine: name }),
  floppyCommand: (start) => rawironCommand({ ...start, engine: name }),
});

export const translator = rawiron('translator', 'rawiron, with its translator', 1);
export const wasm = rawiron('wasm', 'rawiron, with its translator to WebAssembly first', 1);
export const interpreter = rawiron('interpreter', 'rawiron, interpreting only', 0.1);
