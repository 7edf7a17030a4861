import type { CodePage } from './code-page.ts';

/**
 * Where code pages are mapped. Whoever knows a page, or its number, asks here whether it is still there; generated code does that
 * itself (EmitContext.mappedAt).
 */
export class MappedPages {
  /** By linear page: number of the code page there; 0: none (Tlb.code). */
  private readonly numbers: Int32Array;

  constructor(numbers: Int32Array) {
    this.numbers = numbers;
  }

  /** Number of the page at a linear address; 0 if none is mapped. */
  at(linear: number): number {
    return this.numbers[linear >>> 12];
  }

  /** Whether links to what is in a page may be followed: it is still mapped where it was. */
  has({ linearPage, id }: CodePage): boolean {
    return this.numbers[linearPage] === id;
  }

  add({ linearPage, id }: CodePage): void {
    this.numbers[linearPage] = id;
  }

  /** Takes a page out, if it is mapped. */
  delete(page: CodePage): void {
    if (this.has(page)) this.numbers[page.linearPage] = 0;
  }
}
