/** A device that a guest moves data by: its name in the table, and the flags that add it. */
export interface MeasuredDevice {
  readonly name: string;
  readonly kind: 'disk' | 'network';
  /** Flags of both programs; `file` is the image of a disk. Empty `file` for networks. */
  flags(file: string): readonly string[];
  /** A disk's name in the guest. */
  readonly block?: string;
  /** True if QEMU has it only with KVM. */
  readonly isOnlyHere?: boolean;
}

/** The network cards' address and network, for guest/network.sh. */
export const card = { mac: '52:54:00:12:34:60', net: '10.0.2' } as const;

const drive = (file: string, options: string): string[] => ['-drive', `file=${file},format=raw,${options}`];

const disk = (name: 'ide' | 'virtio', block: string): MeasuredDevice => {
  return { name, kind: 'disk', block, flags: (file) => drive(file, `if=${name}`) };
};

const scsi = (name: 'lsi53c895a' | 'mptsas1068' | 'pvscsi'): MeasuredDevice => ({
  name,
  kind: 'disk',
  block: 'sda',
  flags: (file) => [
    ...drive(file, 'if=none,id=d0'),
    ...['-device', `${name},id=scsi0`, '-device', 'scsi-hd,drive=d0,bus=scsi0.0'],
  ],
});

const network = (name: string, more: readonly string[] = []): MeasuredDevice => ({
  name,
  kind: 'network',
  flags: () => [...more, '-netdev', `user,id=n0,net=${card.net}.0/24`, '-device', `${name},netdev=n0,mac=${card.mac}`],
});

const xen = ['-machine', 'xen=on'];

export const devices: readonly MeasuredDevice[] = [
  disk('ide', 'sda'),
  scsi('lsi53c895a'),
  scsi('mptsas1068'),
  scsi('pvscsi'),
  disk('virtio', 'vda'),
  {
    name: 'xen-disk',
    kind: 'disk',
    block: 'xvda',
    isOnlyHere: true,
    flags: (file) => [...xen, ...drive(file, 'if=none,id=d0'), '-device', 'xen-disk,drive=d0'],
  },
  network('rtl8139'),
  network('e1000'),
  network('vmxnet3'),
  network('virtio-net-pci'),
  { ...network('xen-net-device', xen), isOnlyHere: true },
];

/** Modules of their drivers, and what tests them needs. */
export const drivers = [
  ...['ata_piix', 'sym53c8xx', 'mptsas', 'vmw_pvscsi', 'sd_mod', 'virtio_pci', 'virtio_blk', 'xen_blkfront'],
  ...['af_packet', '8139cp', 'e1000', 'vmxnet3', 'virtio_net', 'xen_netfront'],
] as const;
