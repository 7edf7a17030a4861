import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigurationError } from '../index.ts';
import type { Backend } from './backends/backend.ts';
import { type BackendPlan, backendsOf } from './backends/plan.ts';
import type { Settings } from './settings.ts';

/** A file, and the flag that names it. */
interface NamedFile {
  readonly flag: string;
  readonly path: string;
}

/**
 * Files that are written are emptied first, and no two may write to one.
 * @throws ConfigurationError if such a file is named by another flag too
 */
export function checkOutputFiles(settings: Settings, plan: BackendPlan): void {
  const { serials, parallels, monitors, controls, virtioPorts, xenConsoles, debugConsole } = plan;
  const flagsOf = new Map<Backend, string>();
  const users: readonly (readonly [string, readonly Backend[]])[] = [
    ['-serial', serials],
    ['-parallel', parallels],
    ['-monitor', monitors],
    ['-device virtserialport', virtioPorts],
    ['-device xen-console', xenConsoles],
    ['-qmp', controls],
    ['-debugcon', debugConsole ? [debugConsole] : []],
    ['-chardev', [...backendsOf(plan), ...Object.values(plan.chardevs)]],
  ];
  // A log is that of all devices that share the place.
  for (const [flag, backends] of users)
    for (const backend of backends) if (!flagsOf.has(backend)) flagsOf.set(backend, flag);
  const outputs = [
    ...[...flagsOf].flatMap(([backend, flag]) => filesOf(flag, backend)),
    ...named('-D', settings.logFile),
    ...named('-pidfile', settings.pidFile),
    ...settings.audio.flatMap(({ path }) => named('-audiodev', path)),
  ];
  const drives = [...(settings.machine.drives ?? []), ...Object.values(settings.waitingDrives)];
  const images = drives.map((drive) => (typeof drive === 'string' ? drive : drive.image));
  const inputs = [
    ...(['kernel', 'initrd', 'bios', 'symbols'] as const).flatMap((name) => named(`-${name}`, settings[name])),
    ...images.flatMap((image) => (typeof image === 'string' ? named('a drive', image) : [])),
  ];
  for (const [n, { flag, path }] of outputs.entries()) {
    const other = [...inputs, ...outputs.slice(0, n)].find((file) => isSameFile(file.path, path));
    if (other) throw new ConfigurationError(`${other.flag} and ${flag} name the same file, ${path}; give each its own`);
  }
}

function filesOf(flag: string, backend: Backend): NamedFile[] {
  return [...named(flag, backend.type === 'file' ? backend.path : undefined), ...named(flag, backend.log?.path)];
}

function named(flag: string, path: string | undefined): NamedFile[] {
  return path === undefined ? [] : [{ flag, path }];
}

/** By whatever names; a device such as /dev/null is no file. */
function isSameFile(left: string, right: string): boolean {
  const [a, b] = [left, right].map((path) => statSync(path, { throwIfNoEntry: false }));
  if (a === undefined || b === undefined) return resolve(left) === resolve(right);
  return a.isFile() && a.dev === b.dev && a.ino === b.ino;
}
