import { describe, expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { FrameCode } from '../../../runtime/exec/frame-code.ts';
import { Key } from '../../../translator/abi/key.ts';
import { findPages } from '../../support/found-pages.ts';
import { endValue, Guest, onEveryEngine, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Instructions of the library, and calls of it by each program. */
const LENGTH = 300;
const CALLS = 20;
const PROGRAMS = 40;
/** Decoded instructions of all else. */
const REST = 200;

/**
 * A library that programs have at different addresses, in the second 4 MB. Each address space has a directory and a table for these; all share
 * the first 4 MB. EBX counts calls: each adds the library's own address, less where it is to be.
 */
const library = `
; Makes a space: its directory at EDI, its table at EDI + 0x1000.
make_space:
        mov     dword [edi], PAGE_TABLE + PAGE_RWU
        lea     eax, [edi + 0x1000 + PAGE_RWU]
        mov     [edi + 4], eax
        ret

; Puts the entry EAX at ESI into the space at EDI, which is the current one then.
map:    mov     edx, esi
        shr     edx, 10
        and     edx, 0xFFC
        mov     [edi + edx + 0x1000], eax
        mov     cr3, edi
        ret

; Calls the library at ESI often.
use:    mov     ebp, ${CALLS}
.again: call    esi
        sub     eax, esi
        add     ebx, eax
        dec     ebp
        jnz     .again
        ret

        align   4096
library:
        call    .here
.here:  pop     eax
        sub     eax, 4
${'        inc     edx\n'.repeat(LENGTH - 4)}
        ret
        align   4096
`;

/** The first space is there; in that at FIRST the library may be. */
const guest = (main: string) =>
  kernel(`
FIRST   equ     FREE
HAS     equ     library + PAGE_RWU
main:   call    paging_start
        xor     ebx, ebx
        mov     edi, FIRST
        call    make_space
        mov     cr3, edi
${main}
${findPages}
${library}`);
const cache = ({ core }: Guest) => core.engine.graph.cache;
const decoded = ({ core }: Guest) => core.engine.graph.decoded;

/** The life of a program: it has the library at ESI in the space at EDI, calls it, and has it no more. */
const life = `
        call    make_space
        mov     eax, HAS
        call    map
        call    use
        xor     eax, eax
        call    map
`;

/** A program in a space of its own, which it leaves when it ends, at the next of ten places: these come again and again. */
const program = `
        mov     eax, [place]
        add     eax, 3
        cmp     eax, 10
        jb      .in
        sub     eax, 10
.in:    mov     [place], eax
        mov     esi, eax
        shl     esi, 12
        add     esi, 0x400000
        mov     edi, FIRST + 0x2000
${life}
        call    find_pages
`;

describe('programs that have a library at different addresses', () => {
  const oneAfterAnother = guest(`
        mov     ecx, ${PROGRAMS}
.program:
${program}
        dec     ecx
        jnz     .program
        mov     eax, ebx
        jmp     exit
place:  dd      0
`);
  onEveryEngine('one after another have what one decoded', oneAfterAnother, (ended, value) => {
    expect(value).toBe(PROGRAMS * CALLS);
    expect(cache(ended).size.moves).toBe(PROGRAMS - 1);
    expect(decoded(ended)).toBeLessThan(LENGTH + REST);
  });

  const besideOneThatStays = guest(`
        mov     esi, 0x410000
        mov     eax, HAS
        call    map
        call    use
        mov     ecx, ${PROGRAMS}
.program:
${program}
        mov     esi, 0x410000
        mov     edi, FIRST
        mov     cr3, edi
        call    use
        dec     ecx
        jnz     .program
        mov     eax, ebx
        jmp     exit
place:  dd      0
`);
  onEveryEngine('beside one that goes on do not take its code', besideOneThatStays, (ended, value) => {
    expect(value).toBe((2 * PROGRAMS + 1) * CALLS);
    expect(cache(ended).size.moves).toBe(PROGRAMS - 1);
    expect(decoded(ended)).toBeLessThan(2 * LENGTH + REST);
  });
});

describe('a program that starts others', () => {
  /** Each child has the library where its parent has it, and ends; the last one then executes a program that has it elsewhere. */
  const family = (children: number) =>
    guest(`
        mov     esi, 0x410000
        mov     eax, HAS
        call    map
        call    use
        mov     edi, FIRST + 0x2000
        mov     ecx, ${children}
.child: mov     eax, FIRST
        mov     cr3, eax
        call    use                     ; the parent, before it starts the child
${life}
        add     edi, 0x2000
        dec     ecx
        jnz     .child
        call    find_pages
        sub     edi, 0x2000
        mov     esi, 0x420000
        mov     eax, HAS
        call    map
        call    use
        mov     edi, FIRST
        mov     cr3, edi
        mov     esi, 0x410000
        call    use
        mov     eax, ebx
        jmp     exit
`);
  test.each([1, 2, 3, 4, 8])('keeps its code: after %d children', async (children) => {
    const ended = new Guest(family(children), variants.find(({ name }) => name === 'translator, polling')!);
    try {
      expect(endValue(ended)).toBe((3 + 2 * children) * CALLS);
      expect(cache(ended).size.moves).toBe(0);
    } finally {
      await ended.dispose();
    }
  });
});

test('a frame in very many places is not looked through for each', async () => {
  const places = 900;
  const many = guest(`
        mov     esi, 0x400000
        mov     ecx, ${places}
.place: mov     eax, HAS
        call    map
        call    use
        add     esi, 0x1000
        dec     ecx
        jnz     .place
        mov     eax, ebx
        jmp     exit
`);
  const one = new Guest(many, variants.find(({ name }) => name === 'interpreter, polling')!);
  try {
    const { spaces } = one.core.mmu;
    let looks = 0;
    const { maps } = spaces;
    spaces.maps = (...parts) => {
      looks++;
      return maps.apply(spaces, parts);
    };
    expect(endValue(one)).toBe(places * CALLS);
    expect(looks).toBeLessThan((257 * 256) / 2);
  } finally {
    await one.dispose();
  }
});

test('of the pages that may be moved the one with most translations is', () => {
  const context = new CodeContext(Key.code32 | Key.flat, 0, -1);
  const code = new FrameCode();
  const pages = [0, 30, 7, 30, 0].map((instructions, n) => {
    const page = new CodePage(n + 1, context, 5, 0x100 + n);
    // Of a translation only its length counts here.
    if (instructions > 0) page.translations.add({ instructions } as never);
    page.noteFound(n, 0);
    code.pages.add(page);
    return page;
  });
  expect(code.best(() => true)).toBe(pages[3]);
  expect(code.best((page) => page !== pages[3])).toBe(pages[1]);
  expect(code.best((page) => page.translated === 0)).toBe(pages[4]);
  expect(code.best(() => false)).toBe(null);
});
