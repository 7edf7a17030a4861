import { describe, expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { CodePages } from '../../../runtime/exec/code-pages.ts';
import { capacityFor } from '../../../runtime/exec/record-stock.ts';
import { Records } from '../../../runtime/exec/records.ts';
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
    const number = page.id;
    pages.move(page, 5, new Records(new Tables(capacityFor(0))));
    expect([pages.at(flat, 1, 2), pages.at(flat, 1, 5)]).toEqual([null, page]);
    expect([page.id, pages.get(number)]).toEqual([number, page]);
  });
});

describe('code pages that have one number', () => {
  const contexts = Array.from({ length: 40 }, (_, n) => new CodeContext(0, 16 * n, 0xffff));
  const placed = (pages: CodePages, of: CodeContext) => pages.add((id) => new CodePage(id, of, 1, 2));

  test('each is found by its context, until it goes; the number stays with the others', () => {
    const pages = new CodePages();
    const [first, second, third] = contexts.slice(0, 3).map((of) => placed(pages, of)) as [
      CodePage,
      CodePage,
      CodePage,
    ];
    const { id, room } = { id: first.id, room: pages.room };
    pages.join(second, id);
    pages.join(third, id);
    expect([first, second, third].map((page) => page.id)).toEqual([id, id, id]);
    expect(contexts.slice(0, 4).map((of) => pages.of(id, of))).toEqual([first, second, third, null]);
    expect(new Set(pages)).toEqual(new Set([first, second, third]));
    expect([pages.size, pages.room]).toEqual([3, room + 2]);
    pages.delete(first);
    expect(contexts.slice(0, 3).map((of) => pages.of(id, of))).toEqual([null, second, third]);
    pages.delete(third);
    pages.delete(second);
    expect([pages.get(id), pages.size, pages.room]).toEqual([null, 0, room + 3]);
  });

  test('one more than are looked through keeps its own', () => {
    const pages = new CodePages();
    const [first, ...others] = contexts.map((of) => placed(pages, of));
    for (const page of others) pages.join(page, first!.id);
    expect([...pages].filter(({ id }) => id === first!.id).length).toBe(32);
    expect(new Set([...pages].map(({ id }) => id)).size).toBe(9);
  });
});
