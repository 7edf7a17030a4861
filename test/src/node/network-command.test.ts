import { EventEmitter, once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { Commands } from '../../../src/node/network/command.ts';

/** Node's result where a process cannot be started as there are no files left: no pipes, and an error a turn later. */
vi.mock('node:child_process', () => ({
  spawn: () => {
    const child = new EventEmitter();
    process.nextTick(() => child.emit('error', Object.assign(new Error('too many open files'), { code: 'EMFILE' })));
    return child;
  },
}));

test('a command that cannot be started breaks its connection', async () => {
  const commands = new Commands();
  // It is none of those that run.
  for (let n = 0; n < 20; n++) {
    const [error] = await once(commands.start('cat'), 'error');
    expect(error).toMatchObject({ code: 'EMFILE' });
  }
});
