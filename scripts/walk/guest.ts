import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Key } from '../../translator/abi/key.ts';

/** Where the walked function stands, and the end of its page. */
export const ENTRY = 0x101000;

/** The function that docs/internals/one-block.md follows: adds up ECX words from ESI on, and leaves the sum at EDI. */
const source = `
sum:    add     ebx, [esi]
        add     esi, 4
        dec     ecx
        jnz     sum
        mov     [edi], ebx
        ret
`;

const CALLER = 0x100000;
const SUM_PORT = 0xf4;

/** Calls the function again and again; the write to the port gives control to whoever runs the machine. */
const caller = `
        mov     esp, 0x90000
again:  xor     ebx, ebx
        mov     ecx, 10
        mov     esi, [0x5000]
        mov     edi, 0x5004
        call    ${ENTRY}
        mov     al, 0
        out     ${SUM_PORT}, al
        jmp     again
`;

/** Protected mode, ring 0, 32-bit flat segments. */
export const KEY = Key.protected | Key.flat | Key.stack32 | Key.code32;

/** The function's bytes. */
export function functionBytes(): Uint8Array {
  return assemble(source, { origin: ENTRY }).bytes;
}

/** A program that calls it, to be booted flat. */
export const program = { address: CALLER, source: caller, exitPort: SUM_PORT, dataPointer: 0x5000 } as const;

/** The program's bytes, the function in its place after it. */
export function programBytes(): Uint8Array {
  const bytes = new Uint8Array(ENTRY - CALLER + 4096);
  bytes.set(assemble(caller, { origin: CALLER }).bytes);
  bytes.set(functionBytes(), ENTRY - CALLER);
  return bytes;
}
