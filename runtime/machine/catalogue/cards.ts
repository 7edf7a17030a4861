import { DMA_MASK } from '../../devices/edu/registers.ts';
import type { DeviceRow } from './row.ts';

/** Cards on the PCI bus that a machine may have one of, by the options that add them. */
export interface OptionalCards {
  /** Adds QEMU's edu, a PCI device to learn writing drivers with. */
  readonly edu?: {
    /** Bits that addresses of its transfers may have. Default: 0x0fffffff, so it reaches 256 MB. */
    readonly dmaMask?: number;
  };
}

/** Those of a machine, with all their settings. */
export type CardSettings = {
  readonly [Option in keyof OptionalCards]?: Required<NonNullable<OptionalCards[Option]>>;
};

interface OptionalCardRow extends DeviceRow {
  readonly slot: string;
  readonly option: keyof OptionalCards;
}

/**
 * Their rows, by their names of `-device`. Machines make their chips of what each card gets (`optionalCards` in
 * machine/parts.ts).
 */
export const optionalCards = {
  edu: {
    bus: 'pci',
    slot: 'edu',
    option: 'edu',
    settings: { dmaMask: { property: 'dma_mask', type: 'uint64', usual: DMA_MASK, most: 0xffffffff } },
    only: 'edu device',
    help: 'a PCI device to learn writing drivers with: registers, interrupts, transfers',
    linux: [],
  },
} as const satisfies Readonly<Record<string, OptionalCardRow>>;
/** One of them, by its name of `-device`. */
export type OptionalCardModel = keyof typeof optionalCards;
/** All of them. */
export const optionalCardModels = Object.keys(optionalCards) as readonly OptionalCardModel[];
