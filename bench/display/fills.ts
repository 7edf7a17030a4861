/** A way to fill the screen. */
export interface Fill {
  readonly name: string;
  /** Bytes that the processor stores in one fill. */
  readonly bytes: number;
  /** How often it is done in a round: some tens of milliseconds in all. */
  readonly times: number;
  /** 16-bit code that sets the mode. */
  readonly setUp: string;
  /** 16-bit code of one fill; the byte at [color] changes from fill to fill. CX, SI, DI and AX are free. */
  readonly fill: string;
}

/** INT 10h with AX. */
const call = (ax: number): string => `mov ax, ${ax}\n int 0x10`;
/** Writes a register of the sequencer (3C4h) or of the graphics controller (3CEh). */
const set = (port: number, register: number, value: number): string =>
  `mov dx, ${port}\n mov ax, ${(value << 8) | register}\n out dx, ax`;
const [SEQUENCER, GRAPHICS] = [0x3c4, 0x3ce];
const toSegment = (segment: number): string => `mov ax, ${segment}\n mov es, ax\n xor di, di`;
const colors = 'mov al, [color]\n mov ah, al\n push ax\n push ax\n pop eax';

/** The whole screen of mode 12h, 640 by 480 dots in four planes. */
const planes = { bytes: 38400, times: 20 } as const;

/** Fills of the screen by guests, in the card's modes. */
export const fills: readonly Fill[] = [
  {
    name: 'text',
    bytes: 4000,
    times: 400,
    setUp: call(0x03),
    fill: `${toSegment(0xb800)}\n${colors}\n mov cx, 1000\n rep stosd`,
  },
  {
    name: 'chained (mode 13h)',
    bytes: 64000,
    times: 200,
    setUp: call(0x13),
    fill: `${toSegment(0xa000)}\n${colors}\n mov cx, 16000\n rep stosd`,
  },
  {
    name: 'chained, dot by dot',
    bytes: 64000,
    times: 50,
    setUp: call(0x13),
    fill: `${toSegment(0xa000)}\n mov al, [color]\n mov cx, 64000\n.dot: mov [es:di], al\n inc di\n loop .dot`,
  },
  {
    name: 'mode X, all planes',
    bytes: 16000,
    times: 50,
    setUp: `${call(0x13)}\n${set(SEQUENCER, 4, 0x06)}\n${set(SEQUENCER, 2, 0x0f)}`,
    fill: `${toSegment(0xa000)}\n${colors}\n mov cx, 4000\n rep stosd`,
  },
  {
    name: 'planar, all planes',
    ...planes,
    setUp: `${call(0x12)}\n${set(SEQUENCER, 2, 0x0f)}`,
    fill: `${toSegment(0xa000)}\n${colors}\n mov cx, 9600\n rep stosd`,
  },
  {
    name: 'planar, set and reset',
    ...planes,
    setUp: `${call(0x12)}\n${set(GRAPHICS, 1, 0x0f)}\n${set(GRAPHICS, 0, 0x05)}`,
    fill: `${toSegment(0xa000)}\n mov al, [color]\n mov cx, 38400\n rep stosb`,
  },
  {
    name: 'planar, bit mask and XOR',
    ...planes,
    setUp: `${call(0x12)}\n${set(GRAPHICS, 3, 0x18)}\n${set(GRAPHICS, 8, 0x3c)}`,
    fill: `${toSegment(0xa000)}\n mov cx, 38400\n.dot: mov al, [es:di]\n mov al, [color]\n stosb\n loop .dot`,
  },
  {
    name: 'planar, copied by the latches',
    ...planes,
    setUp: `${call(0x12)}\n${set(GRAPHICS, 5, 0x01)}`,
    fill: `${toSegment(0xa000)}\n push ds\n push es\n pop ds\n mov si, 80\n mov cx, 38320\n rep movsb\n pop ds`,
  },
  {
    name: 'linear (VBE, 1024 by 768 in 32 bits)',
    bytes: 4 * 1024 * 768,
    times: 10,
    setUp: linearMode(0x4118),
    fill: `${colors}\n mov edi, [base]\n mov ecx, ${1024 * 768}\n a32 rep stosd`,
  },
];

/** Sets a mode of VBE with a linear frame buffer, and gives ES a limit of 4 GB; [base] is where the buffer is. */
function linearMode(mode: number): string {
  return `
        push    ds
        pop     es
        mov     di, 0x600
        mov     ax, 0x4F01
        mov     cx, ${mode & 0x1ff}
        int     0x10
        mov     eax, [0x600 + 40]
        mov     [base], eax
        mov     ax, 0x4F02
        mov     bx, ${mode}
        int     0x10
        cli
        lgdt    [gdt_register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     es, bx
        and     al, 0xFE
        mov     cr0, eax
        xor     ax, ax
        mov     es, ax`;
}
