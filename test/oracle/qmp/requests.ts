/** Stands for a folder with an empty CD `cd.iso` in it. */
export const FOLDER = '@FOLDER@';

const key = (data: string) => ({ type: 'qcode', data });
const run = (execute: string, args?: object) => ({ execute, ...(args && { arguments: args }) });
const unlimited = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };
const node = (members: object) =>
  run('blockdev-add', {
    ...{ driver: 'raw', 'node-name': 'n1', 'read-only': true, file: { driver: 'file', filename: `${FOLDER}/cd.iso` } },
    ...members,
  });
const throttle = (limits: object, device = 'ide1-cd0') =>
  run('block_set_io_throttle', { device, ...unlimited, ...limits });

const plug = (members: object) => run('device_add', { driver: 'usb-tablet', ...members });

/**
 * The requests, in this order, to a machine that has not been started: 16 MB, named "hello", with the CD in its drive. The first
 * ones come before the negotiation.
 */
export const requests: readonly unknown[] = [
  ...[
    run('query-status'),
    run('qmp_capabilities', { enable: ['none'] }),
    run('qmp_capabilities'),
    run('qmp_capabilities'),
  ],
  ...[
    { ...run('query-status'), id: 1 },
    { ...run('query-version'), id: { a: [1] } },
    { ...run('frob'), id: 'x' },
  ],
  // What is no request.
  ...[{ foo: 1 }, { id: 1 }, { execute: 5 }, [1], 5, { ...run('stop'), foo: 1 }, { execute: 'stop', arguments: [] }],
  ...[run('query-status', { a: 1 }), run('eject', { device: 5 }), run('human-monitor-command')],
  ...['query-kvm', 'query-name', 'query-uuid', 'query-cpus-fast', 'query-block', 'query-named-block-nodes'].map((one) =>
    run(one),
  ),
  ...['query-chardev', 'query-mice', 'query-machines', 'query-current-machine', 'query-target', 'query-vnc'].map(
    (one) => run(one),
  ),
  ...['query-migrate', 'query-balloon', 'query-iothreads', 'query-jobs', 'query-block-jobs', 'query-pci'].map((one) =>
    run(one),
  ),
  ...['query-memory-size-summary', 'query-hotpluggable-cpus'].map((one) => run(one)),
  run('query-commands'),
  ...[run('eject'), run('eject', { device: 'foo' }), run('eject', { id: 'foo' })],
  ...[run('eject', { device: 'ide1-cd0', id: 'ide1-cd0' })],
  run('blockdev-change-medium', { device: 'ide1-cd0', filename: `${FOLDER}/cd.iso`, format: 'frob' }),
  ...[node({}), node({ driver: 'rau' }), node({ file: { driver: 'file', filename: `${FOLDER}/nix` } })],
  ...[node({}), node({ 'node-name': undefined }), node({ 'node-name': 'n3', file: undefined }), node({ frob: 1 })],
  ...[node({ 'node-name': 'n4', file: 'n9' }), node({ 'node-name': 'n4', file: { driver: 'file', frob: 1 } })],
  run('blockdev-add', { 'node-name': 'n3' }),
  run('query-named-block-nodes', { flat: true }),
  ...['eject ide1-cd0', 'eject ide1-cd0', `change ide1-cd0 ${FOLDER}/cd.iso`, `change ide1-cd0 ${FOLDER}/cd.iso`].map(
    (line) => run('human-monitor-command', { 'command-line': line }),
  ),
  ...['vnc', 'spice'].map((protocol) => run('expire_password', { protocol, time: 'now' })),
  ...[run('blockdev-open-tray', { device: 'ide1-cd0' }), run('blockdev-open-tray', { device: 'ide1-cd0' })],
  ...[run('blockdev-open-tray', { device: 'nix' }), run('blockdev-open-tray')],
  ...[run('blockdev-close-tray', { device: 'ide1-cd0' }), run('blockdev-close-tray', { device: 'ide1-cd0' })],
  ...[run('blockdev-insert-medium', { id: 'nix', 'node-name': 'n1' }), run('blockdev-insert-medium', { id: 'nix' })],
  run('blockdev-remove-medium', { id: 'nix' }),
  ...['n1', 'n1', 'nix'].map((name) => run('blockdev-del', { 'node-name': name })),
  ...['nix', 'sb16', 'ide-hd', 'virtserialport', 'VGA', 'isa-debug-exit'].map((driver) =>
    run('device_add', { driver }),
  ),
  ...[run('device_add'), run('device_del'), run('device_del', { id: 'nix' })],
  ...[plug({ id: 't', port: 1 }), plug({ id: 't' }), plug({ id: 'u', port: '1' }), plug({ id: 'u', port: 7 })],
  ...[plug({ id: 'u', port: 'x' }), plug({ id: '5' }), plug({ id: 'a b' }), plug({ bus: 'nix' }), plug({ frob: 1 })],
  ...[{}, { drive: 'nix' }, { drive: 'ide1-cd0' }].map((more) => plug({ driver: 'usb-storage', ...more })),
  ...['device_add usb-kbd,id=t', 'device_add usb-kbd,port=1', 'device_add usb-kbd,frob=1', 'device_add'].map((line) =>
    run('human-monitor-command', { 'command-line': line }),
  ),
  run('human-monitor-command', { 'command-line': 'device_add usb-storage' }),
  ...['device_add sb16', 'device_add nix,id=5', 'device_del nix'].map((line) =>
    run('human-monitor-command', { 'command-line': line }),
  ),
  ...[run('trace-event-get-state', { name: 'cpu_*n' }), run('trace-event-get-state', { name: 'nix' })],
  ...[run('trace-event-set-state', { name: 'nix', enable: true }), run('trace-event-set-state', { name: 'cpu_in' })],
  ...[run('trace-event-set-state', { name: 'cpu_in', enable: true }), run('trace-event-get-state', { name: 'cpu_in' })],
  ...['trace-event nix on', 'trace-event cpu_in off', 'info trace-events cpu_in', 'info trace-events nix'].map((line) =>
    run('human-monitor-command', { 'command-line': line }),
  ),
  ...[throttle({ bps: 1000 }), run('query-block'), throttle({ bps: 1000, bps_rd: 100 }), throttle({ bps: -1 })],
  ...[throttle({ bps: 1 }, 'nix'), run('block_set_io_throttle', { bps: 1 }), throttle({ iops: 5, iops_max: 2 })],
  ...[throttle({ bps_max: 9 }), throttle({ iops_size: 9 }), throttle({ iops: 5, iops_max_length: 2 })],
  ...[
    throttle({ iops: 5, iops_max: 9, iops_max_length: 0 }),
    throttle({ iops: 5, iops_max: 1e9, iops_max_length: 1e9 }),
  ],
  throttle({ bps: 1e6, iops: 100, bps_max: 2e6, iops_max: 500, iops_max_length: 3, iops_size: 4096, group: 'g0' }),
  ...[run('query-block'), run('human-monitor-command', { 'command-line': 'info block ide1-cd0' })],
  ...[throttle({}), run('query-block')],
  run('send-key', { keys: [key('ctrl'), key('alt'), key('delete')], 'hold-time': 10 }),
  ...[
    { type: 'number', data: 30 },
    { type: 'number', data: 99999 },
    { type: 'number', data: '30' },
  ].map((one) => run('send-key', { keys: [one] })),
  ...[{ type: 'nix', data: 1 }, { type: 'qcode', data: 5 }, { type: 'qcode' }, { data: 5 }, 'a'].map((one) =>
    run('send-key', { keys: [key('a'), one] }),
  ),
  ...[
    { type: 'key', data: { key: 5, down: true } },
    { type: 'key', data: { key: key('a') } },
    { type: 'key', data: { key: key('a'), down: true, frob: 1 } },
    { type: 'btn', data: { button: 'frob', down: true } },
    { type: 'rel', data: { axis: 'x', value: 1.5 } },
    { type: 'abs', data: { axis: 'z', value: 1 } },
    { type: 'abs' },
    5,
  ].map((event) => run('input-send-event', { events: [event] })),
  run('input-send-event', { device: 'nix', events: [] }),
  ...[run('send-key', { keys: [key('zz')] }), run('send-key', { keys: 5 }), run('send-key')],
  run('input-send-event', { events: [{ type: 'key', data: { down: true, key: key('a') } }] }),
  ...[
    run('human-monitor-command', { 'command-line': 'info status' }),
    run('human-monitor-command', { 'command-line': 'frob' }),
  ],
  ...[run('screendump', { filename: `${FOLDER}/none/x` }), run('screendump', { filename: `${FOLDER}/x.ppm` })],
  run('screendump', { filename: `${FOLDER}/x`, format: 'gif' }),
  ...[{ device: 'nix' }, { head: 1 }].map((screen) => run('screendump', { filename: `${FOLDER}/x`, ...screen })),
  run('memsave', { val: 0, size: 16, filename: `${FOLDER}/x.mem`, 'cpu-index': 1 }),
  run('human-monitor-command', { 'command-line': 'info status', 'cpu-index': 1 }),
  run('migrate-set-capabilities', { capabilities: [{ capability: 'events' }] }),
  run('input-send-event', { events: [{ type: 'frob', data: {} }] }),
  run('pmemsave', { val: 0, size: 16, filename: `${FOLDER}/x.mem` }),
  run('pmemsave', { val: 0, size: 16, filename: `${FOLDER}/none/x` }),
  run('pmemsave', { val: 0, size: '16', filename: `${FOLDER}/x` }),
  run('memsave', { val: 0, size: 16, filename: `${FOLDER}/x.mem` }),
  run('query-dump'),
  ...[{ protocol: `file:${FOLDER}/none/x` }, { protocol: `${FOLDER}/x` }, { protocol: 'fd:x' }, {}].map((to) =>
    run('dump-guest-memory', { paging: false, ...to }),
  ),
  ...[{ format: 'frob' }, { format: 'kdump-lzo' }, { format: 'win-dmp' }, { begin: 5 }, { length: 5 }].map((what) =>
    run('dump-guest-memory', { paging: false, protocol: `file:${FOLDER}/x.core`, ...what }),
  ),
  run('dump-guest-memory', { paging: true, protocol: `file:${FOLDER}/x.core`, format: 'kdump-zlib' }),
  run('query-dump'),
  ...[run('cont'), run('query-status'), run('cont'), run('stop'), run('stop'), run('query-status')],
  ...[run('system_reset'), run('cont')],
  run('input-send-event', { events: [{ type: 'btn', data: { down: true, button: 'left' } }] }),
  run('input-send-event', { events: [{ type: 'rel', data: { axis: 'x', value: 5 } }] }),
  run('input-send-event', { events: [{ type: 'rel', data: { axis: 'z', value: 5 } }] }),
  ...[run('system_powerdown'), run('inject-nmi'), run('eject', { device: 'ide1-cd0', force: true })],
  ...[run('blockdev-change-medium', { device: 'ide1-cd0', filename: `${FOLDER}/cd.iso`, 'read-only-mode': 'frob' })],
  run('migrate', { uri: 'frob' }),
  run('quit'),
];
