/** Bytes of a page, of the frame it is mapped to, and of what code is translated together. */
export const PAGE_BYTES = 4096;
export const PAGE_SHIFT = 12;
