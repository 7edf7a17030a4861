import { Cirrus, cirrusBytes } from '../devices/cirrus/index.ts';
import { StandardVga, standardVgaBytes } from '../devices/standard-vga/index.ts';
import type { AdapterOptions, DisplayAdapter } from '../devices/vga/core.ts';
import type { PhysicalMap } from '../memory/physical-map.ts';
import type { Board } from './board.ts';
import type { MachineConfig } from './config.ts';
import type { DisplayModel } from './models.ts';

interface Model {
  /** Bytes of the machine's buffer that it takes with an option ROM. */
  bytes(rom: Uint8Array | undefined): number;
  make(options: AdapterOptions): DisplayAdapter;
}

const models: Readonly<Record<DisplayModel, Model>> = {
  std: { bytes: standardVgaBytes, make: (options) => new StandardVga(options) },
  cirrus: { bytes: cirrusBytes, make: (options) => new Cirrus(options) },
};

function modelOf({ vga = 'none' }: MachineConfig): Model | null {
  return vga === 'none' ? null : models[vga];
}

/** Bytes of the machine's buffer that the display adapter takes. */
export function displayBytes(config: MachineConfig): number {
  return modelOf(config)?.bytes(config.videoRom) ?? 0;
}

export function makeDisplay(config: MachineConfig, board: Board, map: PhysicalMap): DisplayAdapter | null {
  const model = modelOf(config);
  if (model === null) return null;
  return model.make({ ...board, map, device: board.pciSlot('vga'), rom: config.videoRom });
}
