import { describe, expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { CodePages } from '../../../runtime/exec/code-pages.ts';
import { capacityFor, Records } from '../../../runtime/exec/records.ts';
import { Tables } from '../../../runtime/memory/tables.ts';
import { Key } from '../../../translator/abi/key.ts';

const context = new CodeContext(0, 0, 0);
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
      expect(pages.get(page.id)).toBe(null);
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

describe('code pages by where they are', () => {
  const flat = new CodeContext(Key.code32 | Key.flat, 0, -1);
  const add = (pages: CodePages, of: CodeContext, frame: number, linearPage: number) =>
    pages.add((id) => new CodePage(id, of, frame, linearPage));

  test('a page is found by context, frame and linear page', () => {
    const pages = new CodePages();
    const places = [context, flat].flatMap((of) =>
      [1, 2, -1].flatMap((frame) => [1, 2].map((at) => ({ of, frame, at }))),
    );
    const made = places.map(({ of, frame, at }) => add(pages, of, frame, at));
    expect(places.map(({ of, frame, at }) => pages.at(of, frame, at))).toEqual(made);
    pages.delete(made[3]!);
    expect(places.filter(({ of, frame, at }) => pages.at(of, frame, at) === null)).toEqual([places[3]]);
  });

  test('a page that was moved is found where it is now', () => {
    const pages = new CodePages();
    const page = add(pages, flat, 1, 2);
    const before = page.id;
    pages.move(page, 5, new Records(new Tables(capacityFor(0))));
    expect([pages.at(flat, 1, 2), pages.at(flat, 1, 5)]).toEqual([null, page]);
    expect(page.id).not.toBe(before);
    expect(pages.get(page.id)).toBe(page);
  });
});
