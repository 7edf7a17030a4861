import { expect, test } from 'vitest';
import { parseConfig } from '../../../src/containers/manifest.ts';
import {
  type ContainerSettings,
  containerScripts,
  execCommand,
  fileRoom,
  firstProcess,
  furtherProcess,
} from '../../../src/containers/plan.ts';
import { testImage } from '../../support/container-images.ts';

const built = testImage([], { Cmd: ['sh'], Env: ['FROM_IMAGE=1', 'BOTH=image'], WorkingDir: '/image', User: '5' });
const config = parseConfig(built.config, 'test');
const lists = { passwd: 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home/someone:/bin/sh\n', group: '' };
const settings: ContainerSettings = {
  environment: { BOTH: 'run', FROM_RUN: '2' },
  directory: '/run/here',
  user: 'user',
  hostname: 'box',
};
const command = ['id'];

test("a command of exec has the container's variables, directory, user and host name", () => {
  const plan = furtherProcess({ command }, settings, config, lists);
  expect(plan).toEqual(firstProcess({ ...settings, command }, config, lists));
  expect(plan.environment).toEqual(
    expect.arrayContaining(['BOTH=run', 'FROM_RUN=2', 'FROM_IMAGE=1', 'HOSTNAME=box', 'HOME=/home/someone']),
  );
  expect(plan.words).toEqual(['1000', '1000', '1000', '/run/here', 'id']);
});

test('what exec is given goes before that', () => {
  const own = { command, environment: { BOTH: 'exec' }, directory: '/own', user: '0' };
  const plan = furtherProcess(own, settings, config, lists);
  expect(plan.environment).toEqual(expect.arrayContaining(['BOTH=exec', 'FROM_RUN=2', 'HOME=/root']));
  expect(plan.words).toEqual(['0', '0', '0', '/own', 'id']);
  expect(furtherProcess({ command }, {}, config, lists).words[3]).toBe('/image');
});

test('the directory of exec is made before it is gone to', () => {
  const plan = furtherProcess({ command }, settings, config, lists);
  expect(execCommand(1, plan)).toContain("'r' '/c/root' 'd' '/run' 'd' '/run/here' 'x' '1000'");
});

test.each(['/', '//', '/.', '/a/..', '/../..'])('nothing is mounted at %s, which is the root', (path) => {
  const plan = firstProcess({ ...settings, command }, config, lists);
  const scripts = (more: ContainerSettings) => containerScripts(more, plan, { now: 0, entropy: '', room: 0 });
  for (const more of [{ volumes: [{ folder: '/srv', path }] }, { tmpfs: { [path]: '' } }])
    expect(() => scripts(more)).toThrow(`nothing can be mounted at '${path}', the root`);
  expect(() => scripts({ tmpfs: { [`${path}/x`]: '' } })).not.toThrow();
});

test.each<[ContainerSettings, string[]]>([
  [{}, ['/c size=6000']],
  [{ capacity: 5000 }, ['/c size=5000']],
  [{ tmpfs: { '/x': '' } }, ['/c size=3000', '/x mode=1777,size=3000']],
  [{ tmpfs: { '/x': 'size=1m', '/y': 'ro' } }, ['/c size=3000', '/x mode=1777,size=1m', '/y mode=1777,size=3000']],
  [{ capacity: 5000, tmpfs: { '/x': '' } }, ['/c size=5000', '/x mode=1777,size=6000']],
])('files in memory have bounds that leave room for programs: %j', (more, expected) => {
  const plan = firstProcess({ command }, config, lists);
  const { start } = containerScripts({ command, ...more }, plan, { now: 0, entropy: '', room: 6000 });
  const mounts = [...start.matchAll(/'m' '\w*' '(\/c|\/[xy])' '\w*' '\d+' '([^']*)'/g)];
  expect(mounts.map(([, path, options]) => `${path} ${options}`)).toEqual(expected);
});

test('the room for files is what kernel and programs leave', () => {
  const room = (megabytes: number) => fileRoom(megabytes << 20) / 2 ** 20;
  expect([256, 96, 48, 32].map((megabytes) => Math.floor(room(megabytes)))).toEqual([138, 32, 1, 1]);
});
