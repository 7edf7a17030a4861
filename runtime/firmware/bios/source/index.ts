import { a20 } from './a20.ts';
import { acpiLoader } from './acpi-loader.ts';
import { ahci } from './ahci.ts';
import { ahciSetup } from './ahci-setup.ts';
import { apm } from './apm.ts';
import { ata } from './ata.ts';
import { atapi } from './atapi.ts';
import { blockMove } from './block-move.ts';
import { boot } from './boot.ts';
import { bootMenu } from './boot-menu.ts';
import { bootOrder } from './boot-order.ts';
import { busMaster } from './bus-master.ts';
import { chips } from './chips.ts';
import { console } from './console.ts';
import { diskExtensions } from './disk-extensions.ts';
import { diskServices } from './disk-services.ts';
import { diskSetup } from './disk-setup.ts';
import { elTorito } from './el-torito.ts';
import { fixed } from './fixed.ts';
import { flat } from './flat.ts';
import { floppy } from './floppy.ts';
import { floppyMedia } from './floppy-media.ts';
import { floppyServices } from './floppy-services.ts';
import { fwCfg } from './fw-cfg.ts';
import { geometry } from './geometry.ts';
import { keyboard } from './keyboard.ts';
import { keyboardActions } from './keyboard-actions.ts';
import { keyboardServices } from './keyboard-services.ts';
import { keyboardTable } from './keyboard-table.ts';
import { layout } from './layout.ts';
import { memory } from './memory.ts';
import { mouse } from './mouse.ts';
import { multiprocessor } from './multiprocessor.ts';
import { nvme } from './nvme.ts';
import { nvmeSetup } from './nvme-setup.ts';
import { optionRoms } from './option-roms.ts';
import { pathText } from './path-text.ts';
import { pciAccess } from './pci-access.ts';
import { pciServices } from './pci-services.ts';
import { pciSetup } from './pci-setup.ts';
import { ports } from './ports.ts';
import { post } from './post.ts';
import { ps2 } from './ps2.ts';
import { reset } from './reset.ts';
import { serialConsole } from './serial-console.ts';
import { serialParallel } from './serial-parallel.ts';
import { signatures } from './signatures.ts';
import { smbios } from './smbios.ts';
import { system } from './system.ts';
import { timer } from './timer.ts';
import { usbController } from './usb-controller.ts';
import { usbSetup } from './usb-setup.ts';
import { usbStorage } from './usb-storage.ts';
import { vectors } from './vectors.ts';
import { virtioBlock } from './virtio-block.ts';
import { virtioSetup } from './virtio-setup.ts';
import { wake } from './wake.ts';

const begin = [layout, ports, signatures, reset, wake, post];
const chipsAndBuses = [
  chips,
  multiprocessor,
  memory,
  pciAccess,
  pciSetup,
  fwCfg,
  flat,
  acpiLoader,
  smbios,
  optionRoms,
  ps2,
  console,
  serialConsole,
];
const services = [vectors, timer, keyboard, keyboardActions, keyboardTable, keyboardServices, mouse];
const systemServices = [system, a20, blockMove, apm, pciServices, serialParallel];
const disks = [
  ata,
  atapi,
  diskSetup,
  geometry,
  diskServices,
  diskExtensions,
  busMaster,
  virtioSetup,
  virtioBlock,
  nvmeSetup,
  nvme,
  usbController,
  usbSetup,
  usbStorage,
  ahciSetup,
  ahci,
  elTorito,
  floppy,
  floppyMedia,
  floppyServices,
];

/** The text of the BIOS, in the order in which it lies in the ROM. */
export const source: string = [
  ...begin,
  ...chipsAndBuses,
  ...services,
  ...systemServices,
  ...disks,
  boot,
  bootOrder,
  pathText,
  bootMenu,
  fixed,
].join('\n');
