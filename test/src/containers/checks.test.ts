import { expect, test } from 'vitest';
import { checkExecOptions, checkSettings, checkTerminal } from '../../../src/containers/checks.ts';
import type { ContainerSettings, ProcessOptions, TerminalSize } from '../../../src/containers/plan.ts';
import { ConfigurationError } from '../../../src/util/errors.ts';

test.each<[settings: object, message: string]>([
  [{ command: 'echo hi' }, "command is 'echo hi'; it must be an array"],
  [{ command: ['echo', 5] }, 'command[1] is 5; it must be a string'],
  [{ entrypoint: 'x' }, "entrypoint is 'x'; it must be an array"],
  [{ environment: 'A=1' }, "environment is 'A=1'; it must be an object with a text for each name"],
  [{ environment: ['A=1'] }, 'environment is [object Array]; it must be an object with a text for each name'],
  [{ environment: { A: 5 } }, "'A' of environment is 5; it must be a string"],
  [{ directory: 5 }, 'directory is 5; it must be a string'],
  [{ user: 1000 }, 'user is 1000; it must be a string'],
  [{ hostname: 5 }, 'hostname is 5; it must be a string'],
  [{ input: 'text' }, "input is 'text'; it must be a boolean"],
  [{ readOnly: 'no' }, "readOnly is 'no'; it must be a boolean"],
  [{ init: 1 }, 'init is 1; it must be a boolean'],
  [{ capacity: '64M' }, "capacity is '64M'; it must be a whole number from 1 to 9007199254740991"],
  [{ terminal: true }, 'terminal is true; it must be an object with rows, columns'],
  [{ terminal: { rows: 0, columns: 80 } }, 'terminal.rows is 0; it must be a whole number from 1 to 65535'],
  [{ network: 'host' }, "unknown network 'host'; it is one of: user, none"],
  [{ tmpfs: { '/x': 5 } }, "'/x' of tmpfs is 5; it must be a string"],
  [{ ports: {} }, 'ports is [object Object]; it must be an array'],
  [
    { ports: ['80:80'] },
    "ports[0] is '80:80'; it must be an object with protocol, hostAddress, hostPort, containerPort",
  ],
  [{ volumes: { path: '/x' } }, 'volumes is [object Object]; it must be an array'],
  [
    { volumes: [null] },
    'volumes[0] is null; it must be an object with path, folder, files, server, capacity, readOnly',
  ],
  [{ volumes: [{ files: {} }] }, 'volumes[0].path is undefined; it must be a string'],
  [{ volumes: [{ path: '/x' }] }, 'volumes[0] has no files; give folder, files or server'],
  [{ volumes: [{ path: '/x', files: { a: 5 } }] }, "volumes[0].files['a'] is 5; it must be an object with"],
  [
    { volumes: [{ path: '/x', files: {}, tag: 'y' }] },
    "unknown 'tag' in volumes[0]; it is one of: path, folder, files, server, capacity, readOnly",
  ],
])('the settings %o are refused by the name of the option', (settings, message) => {
  const check = () => checkSettings(settings as ContainerSettings);
  expect(check).toThrow(ConfigurationError);
  expect(check).toThrow(message);
});

test.each<[settings: object, option: string]>([
  [{ command: 'echo hi' }, 'command'],
  [{ command: ['echo', 5] }, 'command[1]'],
  [{ environment: ['A=1'] }, 'environment'],
  [{ environment: { A: 5 } }, 'environment.A'],
  [{ user: 1000 }, 'user'],
  [{ init: 1 }, 'init'],
  [{ capacity: '64M' }, 'capacity'],
  [{ terminal: { rows: 0, columns: 80 } }, 'terminal'],
  [{ network: 'host' }, 'network'],
  [{ tmpfs: { '/x': 5 } }, "tmpfs['/x']"],
  [{ ports: ['80:80'] }, 'ports[0]'],
  [{ volumes: [{ path: '/x', files: {} }, { files: {} }] }, 'volumes[1].path'],
])('the error about the settings %o has the path %s', (settings, option) => {
  expect(() => checkSettings(settings as ContainerSettings)).toThrow(expect.objectContaining({ option }));
});

test('settings of all kinds are taken', () => {
  checkSettings({
    ...{ command: ['sh'], entrypoint: [], environment: { A: '1' }, directory: '/x', user: '5', input: true },
    ...{ hostname: 'box', terminal: { rows: 24, columns: 80 }, tmpfs: { '/t': '' }, network: 'user', init: false },
    ports: [{ hostPort: 8080, containerPort: 80 }],
    volumes: [
      { path: '/a', folder: '/srv' },
      { path: '/b', files: {}, readOnly: true },
    ],
  });
  checkSettings({});
});

test('options of exec and sizes of terminals are checked in the same way', () => {
  expect(() => checkExecOptions({ command: 'ls' } as unknown as ProcessOptions)).toThrow('command is');
  expect(() => checkExecOptions({ volumes: [] } as ProcessOptions)).toThrow("unknown 'volumes' in options");
  expect(() => checkTerminal('the size', { rows: 24 } as TerminalSize)).toThrow('the size.columns is undefined');
});
