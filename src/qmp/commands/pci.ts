import type { BaseAddressView, PciFunctionView } from '../../../runtime/devices/pci/function.ts';
import { Header } from '../../../runtime/devices/pci/registers.ts';
import { pciClasses } from '../../monitor/info-pci.ts';
import type { JsonObject, QmpCommand } from '../command.ts';

function deviceInfo({ number, config, bars }: PciFunctionView): JsonObject {
  const view = new DataView(config.buffer, config.byteOffset);
  const word = (offset: number) => view.getUint16(offset, true);
  const pin = config[Header.interruptPin]!;
  const kind = word(Header.classCode + 1);
  const subsystem = { subsystem: word(Header.subsystemId), 'subsystem-vendor': word(Header.subsystemVendorId) };
  return {
    ...{ bus: 0, slot: number >> 3, function: number & 7, qdev_id: '', irq_pin: pin },
    ...(pin !== 0 && { irq: config[Header.interruptLine] }),
    class_info: { class: kind, ...(kind in pciClasses && { desc: pciClasses[kind] }) },
    id: {
      ...{ vendor: word(Header.vendorId), device: word(Header.deviceId) },
      ...(subsystem['subsystem-vendor'] !== 0 && subsystem),
    },
    regions: bars.map(regionInfo),
  };
}

/** One that points nowhere has the address -1. */
function regionInfo({ index, space, base, size, prefetchable }: BaseAddressView): JsonObject {
  return {
    ...{ bar: index === 'rom' ? 6 : index, size, address: base === 0 ? -1 : base },
    ...(space === 'io' ? { type: 'io' } : { type: 'memory', mem_type_64: false, prefetch: prefetchable }),
  };
}

/** Commands about the PCI bus. */
export const pciCommands: readonly QmpCommand[] = [
  {
    name: 'query-pci',
    run: async (_, { machine }) => [{ bus: 0, devices: (await machine.examine('pciFunctions')).map(deviceInfo) }],
  },
];
