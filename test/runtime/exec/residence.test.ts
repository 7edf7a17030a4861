import { describe, expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { CodePages } from '../../../runtime/exec/code-pages.ts';
import { MappedPages } from '../../../runtime/exec/mapped-pages.ts';
import { Residence } from '../../../runtime/exec/residence.ts';

const BOUND = 80;
const context = new CodeContext(0, 0, 0);

/** Pages of 10 bytes, by number of their linear page. */
class Rig {
  readonly pages = new CodePages();
  readonly mapped = new Int32Array(100);
  readonly residence = new Residence(BOUND, this.pages, new MappedPages(this.mapped));

  make(linearPage: number): CodePage {
    const page = this.pages.add((id) => new CodePage(id, context, linearPage, linearPage));
    this.mapped[linearPage] = page.id;
    this.residence.take(page, 10);
    return page;
  }

  /** The linear pages that would go, in the order of their numbers. */
  victims(): number[] {
    return this.residence
      .victims()
      .map(({ linearPage }) => linearPage)
      .sort((a, b) => a - b);
  }
}

describe('what stays in the cache', () => {
  test('it is full beyond its bound', () => {
    const rig = new Rig();
    for (let n = 0; n < 8; n++) rig.make(n);
    expect(rig.residence.isFull).toBe(false);
    const last = rig.make(8);
    expect(rig.residence.isFull).toBe(true);
    rig.residence.release(last);
    expect(rig.residence.isFull).toBe(false);
  });

  test('pages go until an eighth of the bound is free', () => {
    const rig = new Rig();
    for (let n = 0; n < 10; n++) rig.make(n);
    expect(rig.victims()).toHaveLength(3);
  });

  test('a look unmaps pages; who is not found again until the next goes first', () => {
    const rig = new Rig();
    const pages = Array.from({ length: 10 }, (_, n) => rig.make(n));
    rig.residence.look();
    expect(rig.mapped.every((id) => id === 0)).toBe(true);
    for (const page of pages) page.used = ![2, 5, 7].includes(page.linearPage);
    rig.residence.look();
    expect(rig.victims()).toEqual([2, 5, 7]);
  });

  test('another page at the same address stays mapped', () => {
    const rig = new Rig();
    rig.make(4);
    rig.mapped[4] = 12345;
    rig.residence.look();
    expect(rig.mapped[4]).toBe(12345);
  });

  /** Four pages that were used in each of four spans, and six that were made in the last one. */
  function oftenAndOnce(rig: Rig): { often: CodePage[]; once: CodePage[] } {
    const often = Array.from({ length: 4 }, (_, n) => rig.make(n));
    for (let n = 0; n < 4; n++) {
      for (const page of often) page.used = true;
      rig.residence.look();
    }
    return { often, once: Array.from({ length: 6 }, (_, n) => rig.make(4 + n)) };
  }

  test('what is used often outlives what runs once', () => {
    const rig = new Rig();
    for (const page of oftenAndOnce(rig).often) page.used = true;
    rig.residence.look();
    expect(rig.victims().every((page) => page >= 4)).toBe(true);
  });

  test('what was used often, but not lately, goes first', () => {
    const rig = new Rig();
    const { once } = oftenAndOnce(rig);
    rig.residence.look();
    expect(rig.victims().every((page) => page < 4)).toBe(true);
    for (const page of once) page.used = true;
    rig.residence.look();
    expect(rig.victims().every((page) => page < 4)).toBe(true);
  });
});
