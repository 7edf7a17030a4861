import { Machine } from '../../../src/machine/machine.ts';
import { nodeHost } from '../../../src/node/host.ts';
import type { MachineOptions } from '../../../src/options/options.ts';
import { createFakeCore } from './fake-core.ts';

export const fakeHost = await nodeHost({
  load: async () => createFakeCore,
  thread: async () => new URL('./fake-worker.ts', import.meta.url).href,
});

/** A machine around a fake core (see fake-core.ts for what it obeys). */
export function fakeMachine(options: Partial<MachineOptions> = {}): Promise<Machine> {
  return Machine.create({ boot: { demo: true }, ...options }, fakeHost);
}
