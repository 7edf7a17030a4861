import { describe, expect, test } from 'vitest';
import type { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { CodePages } from '../../../runtime/exec/code-pages.ts';

const context: CodeContext = { key: 0, base: 0, limit: 0, pages: new Map() };
const make = (id: number) => new CodePage(id, context, 1, 2);

describe('the numbers of code pages', () => {
  test('0 is no page', () => {
    const pages = new CodePages();
    const first = pages.add(make);
    expect(pages.get(0)).toBeNull();
    expect(first.id).not.toBe(0);
    expect(pages.get(first.id)).toBe(first);
  });

  test('a number does not come again when its page has gone', () => {
    const pages = new CodePages();
    const ids = new Set<number>();
    for (let n = 0; n < 1000; n++) {
      const page = pages.add(make);
      ids.add(page.id);
      expect(page.id).toBeGreaterThan(0);
      pages.delete(page);
      expect(pages.has(page)).toBe(false);
    }
    expect(ids.size).toBe(1000);
    expect(pages.size).toBe(0);
  });

  test('pages that are kept can be counted and listed', () => {
    const pages = new CodePages();
    const [first, second, third] = [pages.add(make), pages.add(make), pages.add(make)];
    pages.delete(second);
    const { room } = pages;
    const fourth = pages.add(make);
    expect([...pages]).toEqual([first, fourth, third]);
    expect(pages.size).toBe(3);
    expect(pages.room).toBe(room - 1);
  });
});
