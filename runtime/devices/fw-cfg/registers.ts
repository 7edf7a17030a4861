/** QEMU, docs/specs/fw_cfg.txt "Register locations" (x86). */
export const Port = { selector: 0x510, data: 0x511, dma: 0x514 } as const;
/** The DMA address register: two big-endian doublewords, high one first. It reads as DMA_SIGNATURE. */
export const DMA_BYTES = 8;
export const DMA_SIGNATURE = 'QEMU CFG';

/** Keys of the items that are no files ("Firmware configuration items"; include/standard-headers/linux/qemu_fw_cfg.h). */
export const Key = {
  signature: 0x00,
  id: 0x01,
  uuid: 0x02,
  ramBytes: 0x03,
  noGraphic: 0x04,
  processors: 0x05,
  kernelAddress: 0x07,
  kernelSize: 0x08,
  initrdAddress: 0x0a,
  initrdSize: 0x0b,
  bootMenu: 0x0e,
  /** A number above the IDs of all local APICs (QEMU calls it the number of processors). */
  apicIdLimit: 0x0f,
  kernelEntry: 0x10,
  kernelData: 0x11,
  initrdData: 0x12,
  commandLineAddress: 0x13,
  commandLineSize: 0x14,
  commandLineData: 0x15,
  setupAddress: 0x16,
  setupSize: 0x17,
  setupData: 0x18,
  fileDirectory: 0x19,
  firstFile: 0x20,
  /** A number: the I/O APIC's input 0 is not IRQ 0's (of PCs only). */
  irq0Override: 0x8002,
} as const;

export const SIGNATURE = 'QEMU';
/** The ID item: ports, and DMA. */
export const INTERFACES = 0x3;

/** An entry of the file directory: size, key, and a name of so many bytes with its final 0. */
export const DirectoryEntry = { bytes: 64, size: 0, key: 4, name: 8, nameBytes: 56 } as const;

/** Layout of a DMA access in memory ("Guest-side DMA Interface"), big-endian: control, length, address. */
export const Access = { bytes: 16, control: 0, length: 4, addressHigh: 8, addressLow: 12 } as const;
export const Control = { error: 0x01, read: 0x02, skip: 0x04, select: 0x08, write: 0x10, keyShift: 16 } as const;
