import { cpus } from 'node:os';
import type { Engine } from './engine.ts';

async function prepare(): Promise<string> {
  const isX86 = process.arch === 'x64' || process.arch === 'ia32';
  if (process.platform !== 'linux' || !isX86) throw new Error('the host does not run Linux programs for i386');
  return cpus()[0]?.model ?? 'unknown';
}

export const native: Engine = {
  name: 'native',
  about: "the host's own CPU, without a machine around it",
  kind: 'host',
  share: 4,
  prepare,
  command: () => ({ command: 'sh', args: [] }),
};
