import { HyperVPartition } from '../cpu/hyper-v/partition.ts';
import type { Hypervisor } from '../cpu/kvm/hypervisor.ts';
import type { LocalApics } from '../devices/local-apic/set.ts';
import { BootError } from '../firmware/load/index.ts';
import type { Xen } from '../xen/index.ts';
import type { Board } from './board.ts';
import { modelOf } from './model-of.ts';
import type { PhysicalLayout } from './physical-layout.ts';
import { makeXen, type XenSurroundings } from './xen.ts';

/** The hypervisor of a machine. */
export interface HypervisorHere extends Hypervisor {
  readonly xen: Xen | null;
}

/**
 * Makes the hypervisor; throws BootError for two of them.
 * @param apicIds IDs of the processors' local APICs; null: they have none
 */
export function makeHypervisor(
  board: Board,
  { layout, apicIds }: { readonly layout: PhysicalLayout; readonly apicIds: readonly number[] | null },
  localApics: LocalApics | null,
  host: XenSurroundings,
): HypervisorHere {
  const { memory, config, power } = board;
  const knowsHyperV = modelOf(config).enlightenments !== undefined;
  if (config.xen && knowsHyperV)
    throw new BootError('a guest of Xen sees no enlightenments of Hyper-V; leave out those (hv-… of -cpu), or Xen');
  const hyperV = knowsHyperV ? new HyperVPartition({ memory, apicIds, reset: () => power.reset() }) : null;
  const { secondsAtStart } = host;
  return { memory, secondsAtStart, hyperV, xen: makeXen(board, layout.map, localApics, host) };
}
