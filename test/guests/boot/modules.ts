import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../../../src/node/process/process.ts';

/** A kernel module: its path below the folder of the release, and the names of those that it needs. */
export interface KernelModule {
  readonly path: string;
  readonly needs: readonly string[];
}

/** The modules of a kernel, by name. */
export type KernelModules = ReadonlyMap<string, KernelModule>;

/** Those below a folder, `lib/modules/RELEASE`. */
export async function readModules(folder: string): Promise<KernelModules> {
  const paths = (await run('find', ['kernel', '-name', '*.ko'], { directory: folder })).trim().split('\n');
  const entries = paths.map(
    async (path) => [nameOf(path), { path, needs: await needsOf(join(folder, path)) }] as const,
  );
  return new Map(await Promise.all(entries));
}

const nameOf = (path: string): string => basename(path, '.ko').replaceAll('-', '_');

/** The modules that a module needs, from its section .modinfo: "depends=" and names with commas. */
async function needsOf(path: string): Promise<string[]> {
  const text = (await readFile(path)).toString('latin1');
  const names = /\0depends=([^\0]*)\0/.exec(text)?.[1] ?? '';
  return names === '' ? [] : names.split(',').map(nameOf);
}

/** These modules and all that they need, each after what it needs. */
export function inOrder(modules: KernelModules, names: readonly string[]): KernelModule[] {
  const found = new Set<KernelModule>();
  const visit = (name: string): void => {
    const module = modules.get(name);
    if (!module) throw new Error(`the kernel's package has no module ${name}`);
    module.needs.forEach(visit);
    found.add(module);
  };
  names.forEach(visit);
  return [...found];
}

/** The text of modules.dep(5) for these modules and all that they need. */
export function dependencies(modules: KernelModules, names: readonly string[]): string {
  const lines = inOrder(modules, names).map(({ path }) => {
    const needs = inOrder(modules, [nameOf(path)])
      .slice(0, -1)
      .reverse();
    return `${path}: ${needs.map((module) => module.path).join(' ')}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}
