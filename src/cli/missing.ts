/** Flags of QEMU's that are not supported, with what is missing or what to do instead. */
const rows: readonly (readonly [flags: string, instead: string])[] = [
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
  ['enable-kvm xen-attach xen-domid', 'guest code is always translated; leave it out, or give -accel tcg'],
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

/** Why a flag of QEMU's cannot be had, and what to do instead, by its name. */
export const missingFlags: ReadonlyMap<string, string> = new Map(
  rows.flatMap(([flags, instead]) => flags.split(' ').map((flag) => [flag, instead] as const)),
);
