/** EAX: the next of a row of random numbers (xorshift). Changes EDX. */
export const random = `
random: mov     eax, [seed]
        mov     edx, eax
        shl     edx, 13
        xor     eax, edx
        mov     edx, eax
        shr     edx, 17
        xor     eax, edx
        mov     edx, eax
        shl     edx, 5
        xor     eax, edx
        mov     [seed], eax
        ret
seed:   dd      0x12345678
`;
