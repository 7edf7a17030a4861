import type { CharacterDeviceInfo, CharacterDevices } from '../../index.ts';
import type { RingBuffer } from '../../util/ring-buffer.ts';
import type { Backend } from './backend.ts';
import type { Connection } from './connection.ts';
import { kinds } from './kinds.ts';
import { type BackendPlan, backendsOf } from './plan.ts';

/** Character devices by QEMU's labels: the name of a -chardev, or what the device is called that one was made for. */
export class PlannedDevices implements CharacterDevices {
  readonly kinds = Object.keys(kinds);
  readonly #labels: ReadonlyMap<string, Backend>;
  readonly #used: ReadonlySet<Backend>;
  readonly #connections: ReadonlyMap<Backend, Connection>;

  constructor(plan: BackendPlan, connections: ReadonlyMap<Backend, Connection>) {
    this.#labels = labelsOf(plan);
    this.#used = new Set(backendsOf(plan));
    this.#connections = connections;
  }

  list(): CharacterDeviceInfo[] {
    return [...this.#labels].map(([label, backend]) => {
      const { filename } = this.#connections.get(backend)!;
      return { label, filename, 'frontend-open': this.#used.has(backend) };
    });
  }

  ringBuffer(label: string): RingBuffer | undefined {
    return this.#connections.get(this.#labels.get(label)!)?.buffer;
  }
}

function labelsOf(plan: BackendPlan): Map<string, Backend> {
  const { serials, parallels, monitors, controls, debugConsole, chardevs } = plan;
  const named = new Set(Object.values(chardevs));
  const labelled = (label: string, backends: readonly Backend[]) =>
    backends.map((backend, n) => [`${label}${n}`, backend] as const).filter(([, backend]) => !named.has(backend));
  return new Map([
    ...labelled('serial', serials),
    ...labelled('parallel', parallels),
    ...labelled('compat_monitor', [...monitors, ...controls]),
    ...(debugConsole && !named.has(debugConsole) ? [['debugcon', debugConsole] as const] : []),
    ...Object.entries(chardevs),
  ]);
}
