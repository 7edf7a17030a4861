import type { DeviceRow } from './row.ts';

/** Display adapters that there are: QEMU's standard VGA, Cirrus Logic's CL-GD5446, and VMware's SVGA II. */
export const displayModels = ['std', 'cirrus', 'vmware'] as const;
/** A display adapter, by its name. */
export type DisplayModel = (typeof displayModels)[number];

interface DisplayRow extends DeviceRow {
  readonly value: DisplayModel;
}

const display = { bus: 'pci', slot: 'vga', option: 'vga', only: 'display adapter', isFixed: true } as const;

/** Their rows, by their names of `-device`. */
export const displays = {
  VGA: { ...display, value: 'std', help: 'the display adapter, with this video BIOS', properties: { romfile: '' } },
  'cirrus-vga': {
    ...display,
    value: 'cirrus',
    help: 'a display adapter that old systems have drivers for (Cirrus Logic CL-GD5446), with this video BIOS',
    properties: { romfile: '', vgamem_mb: '4' },
  },
  'vmware-svga': {
    ...display,
    value: 'vmware',
    help: "a display adapter for systems with VMware's drivers (SVGA II), with this video BIOS",
    properties: { romfile: '', vgamem_mb: '16' },
  },
} as const satisfies Readonly<Record<string, DisplayRow>>;
