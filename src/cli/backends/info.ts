import type { CharacterDeviceInfo } from '../../index.ts';
import { placeText } from '../../listen-address.ts';
import type { Backend } from './backend.ts';
import type { BackendPlan } from './plan.ts';

/** Character devices by QEMU's labels, as `query-chardev` tells of them. */
export function backendInfo(plan: BackendPlan): CharacterDeviceInfo[] {
  const { serials, parallels, monitors, controls } = plan;
  const labelled = (label: string, backends: readonly Backend[]) =>
    backends.map((backend, n) => ({ label: `${label}${n}`, filename: placeOf(backend), 'frontend-open': true }));
  return [
    ...labelled('serial', serials),
    ...labelled('parallel', parallels),
    ...labelled('compat_monitor', [...monitors, ...controls]),
  ];
}

function placeOf(backend: Backend): string {
  if (backend.type === 'socket') return `${placeText(backend.address)},server=${backend.isServer ? 'on' : 'off'}`;
  return backend.type === 'file' ? `file:${backend.path}` : backend.type;
}
