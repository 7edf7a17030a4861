import { describe, expect } from 'vitest';
import { endValue, onEveryEngineBy } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout, pageEntry } from '../../support/guest-kernel.ts';
import { Random } from '../../support/random.ts';

/** A repeated string instruction on a window of four pages, of which some are not there at first. */
interface Case {
  readonly operation: 'movs' | 'stos' | 'lods' | 'cmps' | 'scas';
  readonly prefix: 'rep' | 'repe' | 'repne';
  readonly size: 1 | 2 | 4;
  readonly backward: boolean;
  readonly ecx: number;
  readonly esi: number;
  readonly edi: number;
  readonly eax: number;
  /** Bit n: page n is there. */
  readonly present: number;
}

const WINDOW = 0x400000;
const PAGES = 4;
const WINDOW_BYTES = PAGES * 4096;
const FRAMES = Layout.free;
const RESULTS = Layout.free + 0x10000;

const random = new Random(20260728);

function makeCase(): Case {
  const operation = random.pick(['movs', 'movs', 'movs', 'stos', 'stos', 'lods', 'cmps', 'scas'] as const);
  const repetitions = operation === 'cmps' || operation === 'scas' ? (['repe', 'repne'] as const) : (['rep'] as const);
  const size = random.pick([1, 2, 4] as const);
  const backward = random.chance(30);
  const ecx = random.pick([0, 1, 2, 5, random.below(64), random.below(6000 / size)]);
  const start = (): number => {
    const span = ecx * size;
    const offset = span + random.below(WINDOW_BYTES - span - size);
    return WINDOW + (backward ? offset : offset - span);
  };
  const edi = start();
  // Often near to each other: overlapping copies show the order of the elements.
  const esi = random.chance(40)
    ? Math.min(
        Math.max(edi + random.below(9) - 4, WINDOW + (backward ? ecx * size : 0)),
        WINDOW + WINDOW_BYTES - (backward ? size : ecx * size + size),
      )
    : start();
  const eax = random.chance(50) ? 0 : random.word() >>> 0;
  return { operation, prefix: random.pick(repetitions), size, backward, ecx, esi, edi, eax, present: random.below(16) };
}

/** A model of these instructions by the manual, element by element. */
class Model {
  readonly memory = new DataView(new ArrayBuffer(WINDOW_BYTES));
  readonly faults: string[] = [];
  readonly results: string[] = [];
  #present = 0;
  #one!: Case;
  #ecx = 0;
  #esi = 0;
  #edi = 0;
  #eax = 0;
  #zero = false;

  run(one: Case): void {
    this.#one = one;
    ({ ecx: this.#ecx, esi: this.#esi, edi: this.#edi, eax: this.#eax, present: this.#present } = one);
    this.#zero = false;
    while (this.#ecx !== 0) {
      if (!this.#element()) continue;
      this.#ecx--;
      if (one.prefix === 'repe' && !this.#zero) break;
      if (one.prefix === 'repne' && this.#zero) break;
    }
    this.results.push(registers(this.#ecx, this.#esi, this.#edi, this.#eax, this.#zero));
  }

  /** False if it faulted instead; the page is there then. */
  #element(): boolean {
    const { operation, size, backward } = this.#one;
    const reads = operation === 'movs' || operation === 'lods' || operation === 'cmps';
    if (reads && this.#touch(this.#esi)) return false;
    if (operation !== 'lods' && this.#touch(this.#edi)) return false;
    this.#act();
    const step = backward ? -size : size;
    if (reads) this.#esi += step;
    if (operation !== 'lods') this.#edi += step;
    return true;
  }

  #act(): void {
    switch (this.#one.operation) {
      case 'movs':
        this.#store(this.#edi, this.#load(this.#esi));
        break;
      case 'stos':
        this.#store(this.#edi, this.#accumulator());
        break;
      case 'lods':
        this.#eax = (this.#eax & ~this.#mask()) | this.#load(this.#esi);
        break;
      case 'cmps':
        this.#zero = this.#load(this.#esi) === this.#load(this.#edi);
        break;
      case 'scas':
        this.#zero = this.#accumulator() === this.#load(this.#edi);
    }
  }

  #mask(): number {
    return this.#one.size === 4 ? -1 : (1 << (8 * this.#one.size)) - 1;
  }

  #accumulator(): number {
    return this.#eax & this.#mask();
  }

  /** Whether an element's page is missing; it is noted and put in place. */
  #touch(address: number): boolean {
    const last = address + this.#one.size - 1;
    for (const at of [address, last]) {
      const page = (at - WINDOW) >>> 12;
      if (this.#present & (1 << page)) continue;
      this.#present |= 1 << page;
      const cr2 = at === last && (last ^ address) >>> 12 !== 0 ? last & ~0xfff : address;
      this.faults.push(`${registers(this.#ecx, this.#esi, this.#edi, this.#eax, false)} cr2=${cr2.toString(16)}`);
      return true;
    }
    return false;
  }

  #load(address: number): number {
    let value = 0;
    for (let n = 0; n < this.#one.size; n++) value |= this.memory.getUint8(address - WINDOW + n) << (8 * n);
    return value;
  }

  #store(address: number, value: number): void {
    for (let n = 0; n < this.#one.size; n++) this.memory.setUint8(address - WINDOW + n, value >>> (8 * n));
  }
}

function registers(ecx: number, esi: number, edi: number, eax: number, zero: boolean): string {
  return [ecx, esi, edi, eax].map((value) => (value >>> 0).toString(16)).join(' ') + (zero ? ' zf' : '');
}

/** Mostly zeros, so that comparisons go on for a while; twice the same, so that two places are often alike. */
function pattern(offset: number): number {
  const at = offset % 1024;
  return at % 97 === 0 ? at & 0xff : 0;
}

const cases = Array.from({ length: 150 }, makeCase);
const suffix = { 1: 'b', 2: 'w', 4: 'd' } as const;

const caseText = cases
  .map(({ operation, prefix, size, backward, ecx, esi, edi, eax, present }, n) => {
    const result = RESULTS + n * 20;
    return `
        mov     eax, ${present}
        call    set_pages
        mov     ecx, ${ecx}
        mov     esi, ${esi}
        mov     edi, ${edi}
        mov     eax, ${eax}
        test    esp, esp
        ${backward ? 'std' : 'cld'}
        ${prefix} ${operation}${suffix[size]}
        cld
        pushfd
        mov     [${result}], ecx
        mov     [${result + 4}], esi
        mov     [${result + 8}], edi
        mov     [${result + 12}], eax
        pop     dword [${result + 16}]`;
  })
  .join('\n');

const program = kernel(`
main:   call    paging_start
        mov     dword [PAGE_DIRECTORY + 4], SPARE_TABLES + 7
        mov     dword [hook], fault
        ${caseText}
        mov     eax, 1
        jmp     exit

; EAX: a bit for each page that is there.
set_pages:
        xor     ecx, ecx
.next:  mov     edx, ecx
        shl     edx, 12
        add     edx, ${FRAMES} + 7
        bt      eax, ecx
        jc      .there
        xor     edx, edx
.there: mov     [SPARE_TABLES + ecx * 4], edx
        inc     ecx
        cmp     ecx, ${PAGES}
        jb      .next
        mov     eax, cr3
        mov     cr3, eax
        ret

fault:  mov     eax, cr2
        shr     eax, 12
        and     eax, ${PAGES - 1}
        mov     edx, eax
        shl     edx, 12
        add     edx, ${FRAMES} + 7
        mov     [SPARE_TABLES + eax * 4], edx
        mov     eax, cr2
        invlpg  [eax]
        ret
`);

describe('repeated string instructions', () => {
  onEveryEngineBy('do what the manual says, element by element, over missing pages', program, (guest) => {
    const model = new Model();
    for (let n = 0; n < WINDOW_BYTES; n++) model.memory.setUint8(n, pattern(n));
    guest.core.memory.write(FRAMES, new Uint8Array(model.memory.buffer));
    for (const one of cases) model.run(one);
    expect(endValue(guest)).toBe(1);
    const results = cases.map((_, n) => {
      const [ecx, esi, edi, eax, eflags] = guest.words(RESULTS + n * 20, 5) as [number, number, number, number, number];
      return registers(ecx, esi, edi, eax, (eflags & 0x40) !== 0);
    });
    const label = (lines: string[]): string[] => lines.map((line, n) => `${JSON.stringify(cases[n])}: ${line}`);
    expect(label(results)).toEqual(label(model.results));
    const faults = exceptionLog(guest).map(
      ({ ecx, esi, edi, eax, cr2 }) => `${registers(ecx, esi, edi, eax, false)} cr2=${cr2.toString(16)}`,
    );
    expect(model.faults.length).toBeGreaterThan(50);
    expect(faults).toEqual(model.faults);
    const memory = Buffer.from(model.memory.buffer).toString('hex');
    expect(Buffer.from(guest.bytes(FRAMES, WINDOW_BYTES)).toString('hex')).toBe(memory);
  });
});

onEveryEngineBy(
  'a repeated copy whose next source page is missing has not touched the next page of its destination',
  kernel(`
main:   call    paging_start
        mov     dword ${pageEntry(0x103000)}, 0x103003
        mov     dword ${pageEntry(0x106000)}, 0
        invlpg  [0x103000]
        invlpg  [0x106000]
        mov     dword [resume], .faulted
        mov     esi, 0x105FFF
        mov     edi, 0x102FFF
        mov     ecx, 100
        rep movsb
        mov     eax, 1
        jmp     exit
.faulted:
        mov     eax, ${pageEntry(0x103000)}
        sub     eax, 0x103000
        shl     eax, 8
        add     eax, ecx
        jmp     exit
`),
  // Present and writable, neither accessed nor dirty; one element is done.
  (guest) => expect(endValue(guest)).toBe((3 << 8) + 99),
);

/** With CR0.WP set the kernel may not write to a page either; its entry then, but for the address, and what is left in ECX. */
const refused = (setUp: string, repeated: string, page: number) =>
  kernel(`
main:   call    paging_start
        mov     eax, cr0
        or      eax, 0x10000
        mov     cr0, eax
        mov     dword ${pageEntry(page)}, ${page | 1}
        invlpg  [${page}]
        mov     dword [resume], .faulted
        ${setUp}
        ${repeated}
        mov     eax, 0xDEAD
        jmp     exit
.faulted:
        mov     eax, ${pageEntry(page)}
        sub     eax, ${page}
        shl     eax, 8
        add     eax, ecx
        jmp     exit
`);

onEveryEngineBy(
  'a repeated copy from a screen has not accessed the next page of its destination, which refuses the store',
  refused('mov esi, 0xA0000\n mov edi, 0x102FFF\n mov ecx, 200', 'rep movsb', 0x103000),
  (guest) => expect(endValue(guest)).toBe((1 << 8) + 199),
  { vga: 'std' },
);

onEveryEngineBy(
  'nor has a repeated store the page where its offset has wrapped to',
  refused(
    `mov    dword [gdt + DATA16], 0x0001FFFF        ; base 100001h, 4 GB
        mov     dword [gdt + DATA16 + 4], 0x00CF9310
        mov     ax, DATA16
        mov     es, ax
        mov     edi, 0xFFBB
        mov     ecx, 39`,
    'a16 rep stosd',
    0x100000,
  ),
  (guest) => expect(endValue(guest)).toBe((1 << 8) + 21),
  { vga: 'std' },
);
