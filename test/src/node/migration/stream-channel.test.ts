import { expect, test } from 'vitest';
import { awaitChannel, ChannelError, Machine } from '../../../../src/index.ts';

async function receive(uri: string): Promise<unknown> {
  const { channel } = await awaitChannel(uri);
  return await Machine.receive(await channel).catch((error: unknown) => error);
}

test('a program that fails before it has given a machine is named, with how it ended', async () => {
  const error = await receive('exec:cat /nowhere/stream 2> /dev/null');
  expect(error).toBeInstanceOf(ChannelError);
  expect(error).toHaveProperty('message', "'cat /nowhere/stream 2> /dev/null' ended with 1");
});

test('so is one that fails in the middle', async () => {
  const error = await receive("exec:printf 'RAWMOVE\\n'; kill -TERM $$");
  expect(error).toHaveProperty('message', "'printf 'RAWMOVE\\n'; kill -TERM $$' ended with SIGTERM");
});

test('one that gives nothing, and does not fail, has no machine', async () => {
  expect(await receive('exec:true')).toHaveProperty('message', 'the migration: what arrives is no machine');
});
