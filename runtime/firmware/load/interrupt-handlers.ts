import { assemble } from '../assembler/index.ts';

/** Offset of the handlers in the BIOS's own area, real-mode segment F000h. */
const OFFSET = 0xff00;
/** Offset of the handler that only returns: as in the IBM PC/AT. */
const RETURN = 0xff53;

/** The end of interrupt that a handler sends: to one 8259, to both, or to none. */
export type HandlerName = 'master' | 'slave' | 'nothing';

/** Code in real mode, the offset of its first byte in the segment, and those of its handlers. */
export interface HandlerCode {
  readonly start: number;
  readonly bytes: Uint8Array;
  readonly offsets: Readonly<Record<HandlerName, number>>;
}

const source = `
  bits 16
slave:
  push ax
  mov al, 0x20
  out 0xa0, al
  jmp end_of_interrupt
master:
  push ax
  mov al, 0x20
end_of_interrupt:
  out 0x20, al
  pop ax
  iret
  resb ${RETURN} - ${OFFSET} - ($ - $$)
nothing:
  iret
`;

/** The handlers, for the module that has their code. */
export function assembleHandlers(): HandlerCode {
  const { bytes, symbols } = assemble(source, { origin: OFFSET, bits: 16 });
  const offset = (name: HandlerName) => symbols.get(name)!;
  return {
    start: OFFSET,
    bytes,
    offsets: { master: offset('master'), slave: offset('slave'), nothing: offset('nothing') },
  };
}
