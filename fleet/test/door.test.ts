import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { HostDoor } from '../src/machines/door.ts';

test.each(['null', '5', '{}', '{', '{"pass":"no"}', '[]'])(
  'a visitor who says %s is sent away in words',
  async (line) => {
    await using door = await HostDoor.listen('127.0.0.1', 0, () => expect.unreachable());
    const socket = connect(door.place.port, '127.0.0.1');
    socket.write(`${line}\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('that is not the pass of this host\n');
    socket.destroy();
  },
);
