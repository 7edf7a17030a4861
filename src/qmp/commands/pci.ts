import { barIndex, pciHeaderOf } from '../../machine/pci-header.ts';
import { pciIds } from '../../machine/pci-ids.ts';
import type { BaseAddressView, PciFunctionView } from '../../machine-core.ts';
import type { JsonObject, QmpCommand } from '../command.ts';

function deviceInfo(view: PciFunctionView, id: string): JsonObject {
  const { vendor, device, subsystemVendor, subsystem, classCode, className, pin, line } = pciHeaderOf(view);
  return {
    ...{ bus: 0, slot: view.number >> 3, function: view.number & 7, qdev_id: id, irq_pin: pin },
    ...(pin !== 0 && { irq: line }),
    class_info: { class: classCode, ...(className !== undefined && { desc: className }) },
    id: { vendor, device, ...(subsystemVendor !== 0 && { subsystem, 'subsystem-vendor': subsystemVendor }) },
    regions: view.bars.map(regionInfo),
  };
}

/** One that points nowhere has the address -1. */
function regionInfo(bar: BaseAddressView): JsonObject {
  const { space, base, size, prefetchable, wide } = bar;
  return {
    ...{ bar: barIndex(bar), size, address: base === 0 ? -1 : base },
    ...(space === 'io' ? { type: 'io' } : { type: 'memory', mem_type_64: wide, prefetch: prefetchable }),
  };
}

/** Commands about the PCI bus. */
export const pciCommands: readonly QmpCommand[] = [
  {
    name: 'query-pci',
    run: async (_, { machine }) => {
      const ids = await pciIds(machine);
      const functions = await machine.examine('pciFunctions');
      return [{ bus: 0, devices: functions.map((view) => deviceInfo(view, ids.get(view.number >> 3) ?? '')) }];
    },
  },
];
