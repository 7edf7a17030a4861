import type { Machine } from './machine.ts';

/** Where a device would be plugged in: nothing can be while the machine runs. */
type Bus = 'isa' | 'ide' | 'floppy-bus' | 'pci' | 'usb-bus' | 'virtio-serial' | 'none';

/** Devices by the names that QEMU has for them. */
const buses: Readonly<Record<Bus, readonly string[]>> = {
  isa: ['isa-debug-exit', 'isa-debugcon', 'pc-testdev', 'ne2k_isa', 'sb16', 'adlib', 'isa-serial', 'isa-parallel'],
  ide: ['ide-hd', 'ide-cd'],
  'floppy-bus': ['floppy'],
  pci: [
    ...['rtl8139', 'ne2k_pci', 'e1000', 'e1000-82540em', 'AC97', 'ac97', 'edu', 'piix3-usb-uhci'],
    ...['blk', 'net', 'balloon', 'serial', 'rng', '9p'].flatMap((name) => [`virtio-${name}-pci`, `virtio-${name}`]),
  ],
  'usb-bus': ['usb-kbd', 'usb-mouse', 'usb-tablet', 'usb-storage'],
  'virtio-serial': ['virtconsole', 'virtserialport'],
  none: ['VGA', 'cirrus-vga', 'piix3-ide', 'PIIX3', 'i440FX'],
};

const MOST_ON_CHANNEL = 2;

/** The kind of bus that a device is on. */
function busOf(model: string): Bus | undefined {
  return (Object.keys(buses) as Bus[]).find((bus) => buses[bus].includes(model));
}

/** What QEMU calls the bus that a device is on, where there is one of its kind. */
export function busName(model: string): string | undefined {
  const bus = busOf(model);
  if (bus === undefined || bus === 'none' || bus === 'ide') return undefined;
  return `${bus === 'virtio-serial' ? 'virtio-serial0' : bus}.0`;
}

/** Why a device cannot be plugged into a machine that runs, in QEMU's words (softmmu/qdev-monitor.c). */
export function plugProblem({ drives, virtioPorts }: Pick<Machine, 'drives' | 'virtioPorts'>, model: string): string {
  const bus = busOf(model);
  if (bus === undefined) return `'${model}' is not a valid device model name`;
  if (bus === 'none') return "Parameter 'driver' expects a pluggable device type";
  if (bus === 'virtio-serial' && virtioPorts.length === 0)
    return `No 'virtio-serial-bus' bus found for device '${model}'`;
  if (bus !== 'ide') return `Bus '${busName(model)}' does not support hotplugging`;
  const channel = ['1', '0'].find(
    (one) => drives.filter(({ name }) => name.startsWith(`ide${one}`)).length < MOST_ON_CHANNEL,
  );
  if (channel === undefined) return `No 'IDE' bus found for device '${model}'`;
  return `Bus 'ide.${channel}' does not support hotplugging`;
}

/** Why a device cannot be pulled out of it; undefined: there is no such device. */
export function unplugProblem(
  { drives, network }: Pick<Machine, 'drives' | 'network'>,
  id: string,
): string | undefined {
  const drive = drives.find((one) => one.isCalled(id));
  const card = network.find(({ name }) => name === id);
  if (card) return `Bus '${card.model === 'ne2k_isa' ? 'isa' : 'pci'}.0' does not support hotplugging`;
  if (drive === undefined) return undefined;
  const [, kind, number] = /^(ide|virtio|usb|floppy)(\d+)/.exec(drive.name)!;
  const busOf = { ide: `ide.${number}`, virtio: 'pci.0', usb: 'usb-bus.0', floppy: 'floppy-bus.0' };
  return `Bus '${busOf[kind as keyof typeof busOf]}' does not support hotplugging`;
}
