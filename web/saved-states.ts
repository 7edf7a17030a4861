import { reasonOf } from '../src/browser/files.ts';
import { privateFolder, replaceFile } from '../src/browser/private-files.ts';

/** The folder of the page's private files that saved machines are in. */
const FOLDER = 'rawiron-states';

/** A saved machine: a snapshot, how the form was filled, and what the page showed besides the screen. */
export interface SavedState {
  /** The page's address then, from its "#" on; empty: nobody knows. */
  readonly hash: string;
  /** Texts on its serial terminals, port by port. */
  readonly terminals: readonly string[];
  readonly snapshot: Blob;
}

const folder = () => privateFolder(FOLDER);

/**
 * Keeps a machine in the browser: a line with the address and, after a tab, the terminals as JSON; then the snapshot.
 * @throws Error that says why the browser doesn't take it
 */
export async function keepState(name: string, { hash, terminals, snapshot }: SavedState): Promise<void> {
  const content = new Blob([`${hash}\t${JSON.stringify(terminals)}\n`, snapshot]);
  await replaceFile(await folder(), name.replaceAll(/[\\/:]/g, '-'), content).catch((error: unknown) => {
    throw new Error(`The machine cannot be saved: ${reasonOf(error)}.`, { cause: error });
  });
}

/** Names of the machines that the browser keeps, the latest last. */
export async function keptStates(): Promise<string[]> {
  const names: string[] = [];
  for await (const name of (await folder()).keys()) names.push(name);
  return names.sort();
}

export async function keptState(name: string): Promise<SavedState> {
  const file = await (await (await folder()).getFileHandle(name)).getFile();
  const start = new Uint8Array(await file.slice(0, LONGEST_LINE).arrayBuffer());
  const end = start.indexOf(LINE_FEED);
  // One that an earlier version saved has no terminals.
  const [hash = '', terminals = '[]'] = new TextDecoder().decode(start.subarray(0, end)).split('\t');
  return { hash, terminals: JSON.parse(terminals), snapshot: file.slice(end + 1) };
}

export async function removeState(name: string): Promise<void> {
  await (await folder()).removeEntry(name);
}

const LINE_FEED = 10;
/** Bytes: browsers take no longer addresses than half of it, and terminals are shorter. */
const LONGEST_LINE = 1 << 22;
