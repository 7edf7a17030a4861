/**
 * Virtual machine generation ID (Microsoft, "Virtual Machine Generation ID", 2012): 16 bytes in a page of their own, in device memory that
 * no memory map counts as RAM. The page is the one after the HPET's.
 */
export const GENERATION_ID_BASE = 0xfed01000;
export const GENERATION_ID_PAGE = 0x1000;
/** Bytes of the ID, a GUID whose first three fields have their low byte first. */
export const GENERATION_ID_BYTES = 16;
