/**
 * A subroutine that changes nothing, but that has the dispatcher find a page anew forty times: a code page stays where it is until so many
 * were found (CodePage.hasJustCome). No other page is flushed.
 */
export const findPages = `
find_pages:
        push    ecx
        mov     ecx, 40
.again: invlpg  [.again]
        dec     ecx
        jnz     .again
        pop     ecx
        ret
`;
