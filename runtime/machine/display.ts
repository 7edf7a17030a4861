import { MEMORY_BYTES as CIRRUS_BYTES } from '../devices/cirrus/registers.ts';
import { romRange } from '../devices/pci/rom.ts';
import { MEMORY_BYTES as STANDARD_BYTES } from '../devices/standard-vga/registers.ts';
import type { AdapterOptions, DisplayAdapter } from '../devices/vga/core.ts';
import { FIFO_BYTES, MEMORY_BYTES as VMWARE_BYTES } from '../devices/vmware-svga/registers.ts';
import type { PhysicalMap } from '../memory/physical-map.ts';
import type { Board } from './board.ts';
import type { DisplayModel } from './catalogue/displays.ts';
import type { MachineConfig } from './config.ts';
import type { DeviceShelf } from './optional-devices.ts';

interface Model {
  /** Bytes of video memory. */
  readonly memoryBytes: number;
  make(devices: DeviceShelf, options: Board & AdapterOptions): DisplayAdapter;
}

const models: Readonly<Record<DisplayModel, Model>> = {
  std: {
    memoryBytes: STANDARD_BYTES,
    make: (devices, options) => new (devices.module('standardVga').StandardVga)(options),
  },
  cirrus: { memoryBytes: CIRRUS_BYTES, make: (devices, options) => new (devices.module('cirrus').Cirrus)(options) },
  vmware: {
    memoryBytes: VMWARE_BYTES + FIFO_BYTES,
    make: (devices, options) => new (devices.module('vmwareSvga').VmwareSvga)(options),
  },
};

function modelOf({ vga = 'none' }: MachineConfig): Model | null {
  return vga === 'none' ? null : models[vga];
}

/** Bytes of the machine's buffer that the display adapter takes, with its ROM (GuestRam.reserve). */
export function displayBytes(config: MachineConfig): number {
  const model = modelOf(config);
  if (model === null) return 0;
  return model.memoryBytes + (config.videoRom ? romRange(config.videoRom) : 0);
}

export function makeDisplay(config: MachineConfig, board: Board, map: PhysicalMap): DisplayAdapter | null {
  const model = modelOf(config);
  if (model === null) return null;
  return model.make(board.devices, { ...board, map, device: board.pciSlot('vga'), rom: config.videoRom });
}
