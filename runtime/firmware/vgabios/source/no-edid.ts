/** VBE function 15 of adapters that tell nothing of the display. */
export const noEdid = `
vbe_display_identification:
        mov     ax, VBE_FAILED
start_display:
        ret
`;
