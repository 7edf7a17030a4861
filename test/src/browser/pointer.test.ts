import { beforeEach, expect, test } from 'vitest';
import { Pointer } from '../../../src/browser/pointer.ts';
import type { Machine } from '../../../src/machine/machine.ts';

/** An element as the pointer needs it. */
class FakeElement extends EventTarget {
  lockedTo: FakeElement | null = null;
  hasFocus = false;
  matches = (selector: string) => selector === ':focus-within' && this.hasFocus;
  getRootNode = () => ({ pointerLockElement: this.lockedTo });
  setPointerCapture = () => {};

  tell(name: string, fields: object): void {
    this.dispatchEvent(Object.assign(new Event(name), { pointerType: 'mouse', ...fields }));
  }
}

let element: FakeElement;
let done: string[];
let isAbsolute: boolean;
let hasPicture: boolean;

beforeEach(() => {
  element = new FakeElement();
  [done, isAbsolute, hasPicture] = [[], true, true];
  const note =
    (name: string) =>
    (...values: readonly number[]) => {
      done.push(`${name} ${values}`);
      return Promise.resolve();
    };
  const mouse = { moveTo: note('moveTo'), move: note('move'), setButtons: note('buttons'), wheel: note('wheel') };
  Object.defineProperty(mouse, 'isAbsolute', { get: () => isAbsolute });
  const placeOf = (x: number, y: number) => (hasPicture ? { x: x * 2, y: y * 2, width: 640, height: 400 } : null);
  new Pointer(element as unknown as HTMLElement, placeOf).attach({ mouse } as unknown as Machine);
});

test("a tablet that the guest uses is at the pointer's place, and at the edge where it leaves", () => {
  element.tell('pointermove', { clientX: 80, clientY: 50 });
  element.tell('pointermove', { clientX: 400, clientY: -3 });
  element.tell('pointerleave', { clientX: 400, clientY: -3 });
  expect(done).toEqual(['moveTo 0.25,0.25', 'moveTo 1,0']);
});

test('a mouse moves as far as the pointer did, and is pushed against the edge where it leaves', () => {
  isAbsolute = false;
  element.tell('pointermove', { clientX: 80, clientY: 50 });
  element.tell('pointermove', { clientX: 90, clientY: 45 });
  element.tell('pointerleave', { clientX: 90, clientY: -5 });
  expect(done).toEqual(['move 20,-10', 'move 0,-90', 'move 0,-400']);
});

test('a locked pointer tells its movements, also where the guest uses a tablet', () => {
  element.lockedTo = element;
  element.tell('pointermove', { clientX: 80, clientY: 50, movementX: 3, movementY: -4 });
  expect(done).toEqual(['move 3,-4']);
});

test('over text the pointer is for selection', () => {
  hasPicture = false;
  element.tell('pointermove', { clientX: 80, clientY: 50 });
  element.tell('mousedown', { clientX: 80, clientY: 50, buttons: 1 });
  expect(done).toEqual([]);
});

test('a button that went down over a picture goes up where that has become text', () => {
  element.tell('mousedown', { clientX: 10, clientY: 10, buttons: 1 });
  hasPicture = false;
  element.tell('mousedown', { clientX: 10, clientY: 10, buttons: 3 });
  element.tell('mouseup', { clientX: 10, clientY: 10, buttons: 2 });
  element.tell('mouseup', { clientX: 10, clientY: 10, buttons: 0 });
  expect(done).toEqual(['buttons 1', 'buttons 0']);
});

test("over a picture the wheel is the machine's while keys are, and otherwise the page's", () => {
  const turn = (deltaY: number) => element.tell('wheel', { clientX: 80, clientY: 50, deltaY, deltaMode: 0 });
  turn(100);
  expect(done).toEqual([]);
  element.hasFocus = true;
  turn(100);
  turn(-200);
  hasPicture = false;
  turn(100);
  expect(done).toEqual(['wheel 1', 'wheel -2']);
});

test('with Ctrl the wheel makes the page larger, unless the pointer is locked', () => {
  element.hasFocus = true;
  const turn = () => element.tell('wheel', { clientX: 80, clientY: 50, deltaY: 100, deltaMode: 0, ctrlKey: true });
  turn();
  expect(done).toEqual([]);
  element.lockedTo = element;
  turn();
  expect(done).toEqual(['wheel 1']);
});
