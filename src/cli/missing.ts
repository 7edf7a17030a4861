/** Names that are not supported, and what is missing or what to do instead. */
type Rows = readonly (readonly [names: string, instead: string])[];

/** Flags of QEMU's. */
const flags: Rows = [
  ['sd mtdblock iscsi', 'there is no such drive; -drive adds disks, CD-ROM and floppy drives'],
  ['bt', 'there is no Bluetooth; leave it out'],
  // QEMU itself has them no more, but older scripts do.
  ['localtime', 'give -rtc base=localtime'],
  ['startdate', 'give -rtc base=DATE'],
  ['std-vga', 'give -vga std'],
  ['no-kqemu no-kvm no-kvm-irqchip no-kvm-pit tdf rtc-td-hack nodefconfig', 'leave it out'],
  ['redir', 'give -nic user,hostfwd=tcp::PORT-:PORT'],
  ['tftp bootp', 'give -nic user,tftp=FOLDER,bootfile=NAME'],
  ['smb', 'give -virtfs local,path=FOLDER,mount_tag=TAG,security_model=mapped-file for a folder of the host'],
  [
    'spice sdl full-screen alt-grab ctrl-grab show-cursor no-frame no-quit g rotate portrait',
    'there is no window; -display terminal shows the screen on the terminal, -vnc :N to viewers',
  ],
  ['win2k-hack', "it slows the disk down for a mistake of Windows 2000's setup; leave it out"],
  [
    'soundhw',
    'give -audiodev wav,id=a,path=FILE, and -device sb16,audiodev=a or AC97,audiodev=a, or -machine pcspk-audiodev=a for the speaker',
  ],
  ['virtioconsole', 'give -device virtio-serial-pci and -device virtconsole,chardev=ID'],
  ['balloon', 'give -device virtio-balloon-pci'],
  ['tpmdev watchdog', 'there is no such device yet; -device help lists what there is'],
  ['enable-kvm', 'guest code is always translated; leave it out, or give -accel tcg'],
  ['xen-attach xen-domid xen-domid-restrict', 'there is no Xen below; -machine xen=on makes one for the guest'],
  ['only-migratable dump-vmstate', 'leave it out; the file format is described in docs/internals/snapshot-format.md'],
  ['singlestep one-insn-per-tb', 'give -engine interpreter to execute instruction by instruction'],
  [
    'tb-size jitdump perfmap plugin',
    'give -engine for how code is translated; rawiron inspect shows what became of it',
  ],
  ['acpitable L dtb prom-env', 'the tables and images of the firmware are fixed; leave it out'],
  ['numa mem-path mem-prealloc', 'the memory is one piece that the program owns; -m gives its size'],
  ['runas run-with chroot', 'the program stays what it was started as; start it as that user, or in that folder'],
  ['semihosting semihosting-config', "that is for other processors' guests; -device isa-debug-exit ends the program"],
  ['set readconfig writeconfig preconfig compat', 'the machine is described by flags alone; --help lists them'],
  ['add-fd append-file realtime seed qtest shim', 'leave it out; --help lists what there is'],
];

/** Devices of QEMU's, by the name of `-device`. */
const devices: Rows = [
  [
    'virtio-scsi-pci virtio-scsi-pci-transitional virtio-scsi-pci-non-transitional megasas megasas-gen2 am53c974 dc390',
    'give -device pvscsi or lsi53c895a for SCSI drives, or -device virtio-blk-pci for disks',
  ],
  [
    'scsi-generic scsi-block',
    "the host's own devices are not for guests; give -device scsi-hd or scsi-cd, with an image",
  ],
  ['scsi-disk', 'give -device scsi-hd or scsi-cd'],
  ['ide-drive ide-disk', 'give -device ide-hd or ide-cd'],
  [
    'ati-vga bochs-display isa-cirrus-vga isa-vga qxl qxl-vga ramfb secondary-vga virtio-gpu-pci virtio-vga',
    'give -vga std or -vga cirrus',
  ],
  [
    'e1000e e1000-82544gc e1000-82545em i82550 i82551 i82557a i82557b i82557c i82558a i82558b i82559a i82559b i82559c i82559er i82562 i82801 tulip usb-net',
    'give -device e1000, rtl8139, pcnet, virtio-net-pci or vmxnet3',
  ],
  [
    'cs4231a ES1370 gus hda-duplex hda-micro hda-output ich9-intel-hda intel-hda usb-audio',
    'give -device AC97, sb16 or adlib',
  ],
  ['virtio-keyboard-pci virtio-mouse-pci virtio-tablet-pci', 'give -usb, and -device usb-kbd, usb-mouse or usb-tablet'],
  [
    'ich9-usb-ehci1 ich9-usb-uhci1 ich9-usb-uhci2 ich9-usb-uhci3 pci-ohci piix4-usb-uhci',
    'give -device piix3-usb-uhci, usb-ehci or qemu-xhci',
  ],
  ['usb-uas usb-bot', 'give -device usb-storage'],
  ['usb-host usb-redir vfio-pci', "the host's own devices are not for guests; leave it out"],
  ['pci-bridge pcie-root-port ioh3420 i82801b11-bridge', 'there is one PCI bus; leave it out'],
];

const byName = (rows: Rows): ReadonlyMap<string, string> =>
  new Map(rows.flatMap(([names, instead]) => names.split(' ').map((name) => [name, instead] as const)));

/** Why a flag of QEMU's cannot be had, and what to do instead, by its name. */
export const missingFlags = byName(flags);

/** The advice that stands for a device of QEMU's, by its name. */
export const missingDevices = byName(devices);
