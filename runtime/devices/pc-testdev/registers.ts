/** Where QEMU's pc-testdev has its parts (docs of kvm-unit-tests, and QEMU's command line `-device pc-testdev`). */
export const Port = { data: 0xe0, irqLine: 0x2000 } as const;
/** Bytes that are read back as they were written. */
export const DATA_BYTES = 4;
export const IRQ_LINES = 24;
/** Memory that is reached by slow accesses only, as a device's. */
export const MEMORY = { base: 0xff000000, bytes: 0x10000 } as const;
