import { expect, test, vi } from 'vitest';
import { Keys } from '../../../src/browser/keys.ts';
import type { Machine } from '../../../src/machine/machine.ts';

/** An element whose keys go to a machine, and what that is told. */
function attached() {
  const told: string[] = [];
  const tell = (way: string) => async (what: string) => void told.push(`${way} ${what}`);
  const keyboard = { down: tell('down'), up: tell('up'), type: tell('type'), layout: 'en-us' };
  const target = Object.assign(new EventTarget(), { value: '' });
  const release = vi.fn();
  const keys = new Keys(target as unknown as HTMLTextAreaElement, { release, typed: () => {} });
  const machine = { keyboard } as unknown as Machine;
  keys.attach(machine);
  const send = (type: string, { timeStamp, ...values }: { timeStamp?: number; [name: string]: unknown }) => {
    const event = Object.assign(new Event(type), values);
    if (timeStamp !== undefined) Object.defineProperty(event, 'timeStamp', { value: timeStamp });
    target.dispatchEvent(event);
  };
  return { told, send, release, keys, machine };
}

test('what is pasted is typed without the keys that it was asked for with', () => {
  const { told, send } = attached();
  send('keydown', { code: 'ControlLeft', key: 'Control', ctrlKey: true });
  send('keydown', { code: 'ShiftLeft', key: 'Shift', ctrlKey: true, shiftKey: true });
  send('keydown', { code: 'KeyV', key: 'V', ctrlKey: true, shiftKey: true });
  send('beforeinput', { data: 'Ab', inputType: 'insertFromPaste' });
  send('keyup', { code: 'KeyV', key: 'V' });
  send('keyup', { code: 'ShiftLeft', key: 'Shift' });
  send('keyup', { code: 'ControlLeft', key: 'Control' });
  expect(told).toEqual(['down ControlLeft', 'down ShiftLeft', 'up ControlLeft', 'up ShiftLeft', 'type Ab']);
});

test('keys of which nothing was heard go up with Meta', () => {
  const { told, send } = attached();
  send('keydown', { code: 'MetaLeft', key: 'Meta', metaKey: true });
  send('keydown', { code: 'KeyC', key: 'c', metaKey: true });
  send('keyup', { code: 'MetaLeft', key: 'Meta' });
  expect(told).toEqual(['down MetaLeft', 'down KeyC', 'up MetaLeft', 'up KeyC']);
});

test('Ctrl and Alt together lead out, but not with another key', () => {
  const { send, release } = attached();
  const both = { ctrlKey: true, altKey: true };
  send('keydown', { code: 'ControlLeft', key: 'Control', ctrlKey: true });
  send('keydown', { code: 'AltLeft', key: 'Alt', ...both });
  send('keydown', { code: 'Delete', key: 'Delete', ...both });
  send('keyup', { code: 'Delete', key: 'Delete', ...both });
  send('keyup', { code: 'AltLeft', key: 'Alt', ctrlKey: true });
  expect(release).not.toHaveBeenCalled();
  send('keydown', { code: 'AltLeft', key: 'Alt', ...both });
  send('keyup', { code: 'AltLeft', key: 'Alt', ctrlKey: true });
  expect(release).toHaveBeenCalledOnce();
});

test('the Ctrl that Windows makes up before AltGr does not stay down, but one that was pressed does', () => {
  const { told, send } = attached();
  const altGr = { code: 'AltRight', key: 'AltGraph', ctrlKey: true, altKey: true };
  send('keydown', { code: 'ControlLeft', key: 'Control', ctrlKey: true, timeStamp: 1000 });
  send('keydown', { ...altGr, timeStamp: 1001 });
  send('keyup', { code: 'ControlLeft', key: 'Control', timeStamp: 1100 });
  send('keyup', { code: 'AltRight', key: 'AltGraph', timeStamp: 1101 });
  expect(told.splice(0)).toEqual(['down ControlLeft', 'up ControlLeft', 'down AltRight', 'up AltRight']);
  send('keydown', { code: 'ControlLeft', key: 'Control', ctrlKey: true, timeStamp: 2000 });
  send('keydown', { ...altGr, timeStamp: 2200 });
  expect(told).toEqual(['down ControlLeft', 'down AltRight']);
});

test('keys that are pressed while a machine is made are for that one', () => {
  const { told, send, keys, machine } = attached();
  keys.attach(null);
  send('keydown', { code: 'KeyX', key: 'x' });
  keys.hold();
  send('keydown', { code: 'KeyA', key: 'a' });
  send('keyup', { code: 'KeyA', key: 'a' });
  send('keydown', { code: 'KeyB', key: 'b' });
  expect(told).toEqual([]);
  keys.attach(machine);
  send('keyup', { code: 'KeyB', key: 'b' });
  expect(told).toEqual(['down KeyA', 'up KeyA', 'down KeyB', 'up KeyB']);
});
