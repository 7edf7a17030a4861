import { basename } from 'node:path';
import type { ArchiveEntry } from '../../src/node/linux/cpio.ts';
import type { ModuleTree } from '../../src/node/linux/modules.ts';

/**
 * Entries of a root file system with these modules and those that they need, in `/modules`, and a script `/etc/start`
 * that loads them before there is a shell. Names of what may be part of the kernel itself are passed over.
 */
export async function linuxModules(tree: ModuleTree, ...names: readonly string[]): Promise<ArchiveEntry[]> {
  const modules = tree.inOrder(names.filter((name) => tree.has(name)));
  const contents = await tree.read(modules);
  const files = modules.map(({ path }, n): ArchiveEntry => {
    return { type: 'file', path: `modules/${basename(path)}`, data: contents[n]! };
  });
  const loads = files.map(({ path }) => `insmod /${path}`);
  return [...files, { type: 'file', path: 'etc/start', mode: 0o755, data: ['#!/bin/sh', ...loads, ''].join('\n') }];
}
