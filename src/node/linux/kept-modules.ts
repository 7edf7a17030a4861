import { createHash } from 'node:crypto';

/**
 * Folders of the kernel's package (below "kernel/", without what is below them) and modules there that are kept: drivers
 * for what a machine can have, and file systems. What these need is kept with them.
 */
const kept: readonly string[] = [
  // Disks and drives, by their buses.
  'drivers/ata/ata_piix',
  'drivers/ata/ata_generic',
  'drivers/ata/ahci',
  'drivers/scsi/sd_mod',
  'drivers/scsi/sr_mod',
  'drivers/scsi/sg',
  'drivers/scsi/vmw_pvscsi',
  'drivers/scsi/sym53c8xx_2',
  'drivers/message/fusion',
  'drivers/block',
  'drivers/nvme/host',
  'drivers/usb/core',
  'drivers/usb/host',
  'drivers/usb/storage/usb-storage',
  'drivers/usb/storage/uas',
  // Networks.
  'drivers/net',
  'drivers/net/ethernet/8390',
  'drivers/net/ethernet/amd',
  'drivers/net/ethernet/intel/e1000',
  'drivers/net/ethernet/realtek',
  'drivers/net/vmxnet3',
  'net/packet',
  // Virtio.
  'drivers/virtio',
  'drivers/char/virtio_console',
  'drivers/char/hw_random',
  'net/9p',
  // File systems.
  'fs',
  'fs/9p',
  'fs/exfat',
  'fs/ext4',
  'fs/fat',
  'fs/fuse',
  'fs/isofs',
  'fs/nls',
  'fs/overlayfs',
  'fs/squashfs',
  'fs/udf',
  // Input, sound, display and ports.
  'drivers/hid/hid',
  'drivers/hid/hid-generic',
  'drivers/hid/usbhid',
  'drivers/input',
  'drivers/input/misc/pcspkr',
  'drivers/input/misc/uinput',
  'drivers/input/mouse/psmouse',
  'drivers/gpu/drm/tiny',
  'drivers/gpu/drm/vmwgfx',
  'sound/core',
  'sound/core/oss',
  'sound/core/seq',
  'sound/drivers/mpu401',
  'sound/drivers/opl3',
  'sound/isa',
  'sound/isa/sb',
  'sound/pci/snd-intel8x0',
  'drivers/parport',
  'drivers/char/lp',
  'drivers/char/ppdev',
  'drivers/firmware/qemu_fw_cfg',
  'drivers/i2c',
  'drivers/i2c/busses/i2c-piix4',
  'drivers/misc/eeprom',
  // A hypervisor as guest.
  'arch/x86/kvm/kvm-amd',
  // Check sums and compression that the kernel asks for by name.
  'arch/x86/crypto',
  'crypto',
  'lib',
];

/** A text that is another one when other modules are kept: what was kept before lacks those that came since. */
export const keptModulesKey: string = createHash('sha256').update(kept.join('\n')).digest('hex').slice(0, 16);

/** Whether a module is kept for itself; its path is from the folder of the release on. */
export function isKept(path: string): boolean {
  const module = path.replace(/^kernel\//, '').replace(/\.ko$/, '');
  return kept.includes(module) || kept.includes(module.replace(/\/[^/]*$/, ''));
}
