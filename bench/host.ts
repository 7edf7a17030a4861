import { cpus, release, totalmem, type } from 'node:os';
import type { HostDescription } from './results.ts';

/** The machine that the benchmark runs on. */
export function describeHost(): HostDescription {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release().split('.', 2).join('.')}`,
    node: process.version.slice(1),
  };
}
