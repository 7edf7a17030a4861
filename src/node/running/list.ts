import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeFolder } from '../process/runtime-folder.ts';
import { type Entry, isAlive, isEntryName, parseEntry, type RunningMachine } from './entry.ts';

/**
 * The machines of this user that run on this host and were announced, the oldest first. What killed processes have left is removed.
 * @throws ConfigurationError if this user has no runtime folder
 */
export function runningMachines(): RunningMachine[] {
  const folder = runtimeFolder();
  // Reading of what is no file, such as a named pipe, may never end.
  const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isFile() && isEntryName(one.name));
  const entries = files.flatMap(({ name }) => liveEntry(join(folder, name)));
  return entries.sort((a, b) => a.started - b.started).map(({ processStart: _, ...machine }) => machine);
}

function liveEntry(file: string): Entry[] {
  const text = textOf(file);
  if (text === undefined) return [];
  const entry = parseEntry(text);
  if (entry && isAlive(entry)) return [entry];
  rmSync(file, { force: true });
  return [];
}

/** Undefined: the machine has ended meanwhile. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
