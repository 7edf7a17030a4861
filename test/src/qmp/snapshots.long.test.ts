import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

type Data = Record<string, unknown>;

let folder: string;
let machine: Machine;
let qmp: ReturnType<typeof openQmp>;
/** Names of events, those of jobs with the status. */
let told: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qmp-snapshots-'));
  const drives = await Promise.all(['first.qcow2', 'second.qcow2'].map(qcow2));
  machine = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true }, drives });
  await machine.start();
  qmp = openQmp(machine);
  told = [];
  qmp.listen((event, data) => {
    const { status, id } = (data ?? {}) as Data;
    told.push(event === 'JOB_STATUS_CHANGE' ? `${id} ${status}` : event);
  });
});
afterEach(async () => {
  await machine.stop();
  await rm(folder, { recursive: true });
});

async function qcow2(name: string): Promise<string> {
  const path = join(folder, name);
  const store = await openFile(path, 'write', 'new');
  await (await createQcow2(store, { size: 1 << 20 }, nodeStorage.decompressor)).close();
  return path;
}

const both = ['#ide0-hd0', '#ide0-hd1'];

/** Does it as a job, and waits for its end; what is told of it then. */
async function job(name: string, args: Data): Promise<unknown> {
  const id = args['job-id'] as string;
  expect(await qmp.execute(name, args)).toEqual({});
  await expect.poll(() => told.includes(`${id} concluded`), { timeout: 60_000 }).toBe(true);
  const jobs = (await qmp.execute('query-jobs')) as Data[];
  return jobs.find((one) => one.id === id);
}

const done = (id: string, type: string) => ({
  ...{ id, type, status: 'concluded', 'current-progress': 1, 'total-progress': 1 },
});
const succeeds = ['created', 'running', 'STOP', 'RESUME', 'waiting', 'pending', 'concluded'];
const withId = (id: string) => succeeds.map((status) => (/[A-Z]/.test(status) ? status : `${id} ${status}`));

test('a snapshot is taken, returned to and deleted by jobs, of which events tell', async () => {
  const args = { tag: 'one', vmstate: '#ide0-hd0', devices: both };
  expect(await job('snapshot-save', { 'job-id': 'save0', ...args })).toEqual(done('save0', 'snapshot-save'));
  expect(told.splice(0)).toEqual(withId('save0'));
  const names = async () => (await machine.snapshots.list()).map(({ snapshots }) => snapshots.map(({ name }) => name));
  expect(await names()).toEqual([['one'], ['one']]);
  expect(await job('snapshot-load', { 'job-id': 'load0', ...args })).toEqual(done('load0', 'snapshot-load'));
  expect(told.splice(0)).toEqual(withId('load0'));
  const { vmstate: _, ...others } = args;
  expect(await job('snapshot-delete', { 'job-id': 'del0', ...others })).toEqual(done('del0', 'snapshot-delete'));
  expect(await names()).toEqual([[], []]);
  expect(await qmp.execute('job-dismiss', { id: 'save0' })).toEqual({});
  expect(told.at(-1)).toBe('save0 null');
  expect(((await qmp.execute('query-jobs')) as Data[]).map(({ id }) => id)).toEqual(['load0', 'del0']);
});

test('two clients have the same jobs, and the machine is told to stand still once for all of them', async () => {
  const [other, heard] = [openQmp(machine), [] as string[]];
  other.listen((event, data) => heard.push(event === 'JOB_STATUS_CHANGE' ? `${data!.id} ${data!.status}` : event));
  const begin = (client: typeof qmp, id: string, tag: string) =>
    client.execute('snapshot-save', { 'job-id': id, tag, vmstate: '#ide0-hd0', devices: both });
  await Promise.all([begin(qmp, 'a', 'one'), begin(other, 'b', 'two')]);
  await expect(begin(other, 'a', 'three')).rejects.toThrow("Job ID 'a' already in use");
  const isDone = () => ['a concluded', 'b concluded'].every((event) => told.includes(event));
  await expect.poll(isDone, { timeout: 60_000 }).toBe(true);
  expect(told.filter((event) => /^[A-Z]+$/.test(event))).toEqual(['STOP', 'RESUME']);
  expect(heard).toEqual(told);
  expect(await other.execute('query-jobs')).toEqual([done('a', 'snapshot-save'), done('b', 'snapshot-save')]);
  await other.execute('job-dismiss', { id: 'a' });
  expect(await qmp.execute('query-jobs')).toEqual([done('b', 'snapshot-save')]);
});

test.each<[string, string, Data, string]>([
  ['of a disk that is not there', 'snapshot-save', { devices: ['hda'] }, "No block device node 'hda'"],
  ['to a disk that is not there', 'snapshot-save', { vmstate: 'x' }, "vmstate block device 'x' does not exist"],
  [
    'of some disks only',
    'snapshot-save',
    { devices: ['#ide0-hd0'] },
    "a snapshot is of all images that can have one: '#ide0-hd1' is missing in 'devices'",
  ],
  [
    'in another disk than the first',
    'snapshot-save',
    { vmstate: '#ide0-hd1' },
    "the first image has the state of the machine: 'vmstate' must be '#ide0-hd0'",
  ],
  ['that is not there', 'snapshot-load', {}, "Snapshot 'one' does not exist in one or more devices"],
])('a snapshot %s fails as a job', async (_, name, args, error) => {
  const given = { 'job-id': 'it', tag: 'one', vmstate: '#ide0-hd0', devices: both, ...args };
  expect(await job(name, given)).toMatchObject({ status: 'concluded', error });
  expect(told.filter((event) => event.startsWith('it '))).toEqual([
    ...['it created', 'it running', 'it aborting', 'it concluded'],
  ]);
  expect(machine.state).toBe('running');
});

test('one of that tag is not replaced, and ids are used once', async () => {
  const args = { tag: 'one', vmstate: '#ide0-hd0', devices: both };
  await job('snapshot-save', { 'job-id': 'a', ...args });
  await expect(qmp.execute('snapshot-save', { 'job-id': 'a', ...args })).rejects.toThrow("Job ID 'a' already in use");
  await expect(qmp.execute('snapshot-save', { 'job-id': '-', ...args })).rejects.toThrow("Invalid job ID '-'");
  expect(await job('snapshot-save', { 'job-id': 'b', ...args })).toMatchObject({
    error: "Snapshot 'one' already exists in one or more devices",
  });
  await expect(qmp.execute('job-dismiss', { id: 'c' })).rejects.toThrow('Job not found');
});

test('a job for no images fails, and what is no name of one is refused before there is a job, as in QEMU', async () => {
  const none = { 'job-id': 'none', tag: 'one', vmstate: 'nix', devices: [] };
  expect(await job('snapshot-save', none)).toMatchObject({ error: 'At least one device is required for snapshot' });
  told.splice(0);
  await expect(qmp.execute('snapshot-save', { ...none, 'job-id': 'number', devices: ['nix', 1] })).rejects.toThrow(
    "Invalid parameter type for 'devices[1]', expected: string",
  );
  expect(told).toEqual([]);
});

test('savevm and loadvm stop a machine that runs, and no other', async () => {
  const monitor = openMonitor(machine);
  await monitor.execute('savevm one');
  await monitor.execute('loadvm one');
  expect(told.splice(0)).toEqual(['STOP', 'RESUME', 'STOP', 'RESUME']);
  await machine.pause();
  await monitor.execute('loadvm one');
  expect(told).toEqual(['STOP']);
});

test('the command that begins a job is answered before it is told how the job has ended', async () => {
  const args = { 'job-id': 'soon', tag: 'one', vmstate: 'nix', devices: ['nix'] };
  await qmp.execute('snapshot-save', args);
  told.push('answered');
  await expect.poll(() => told).toContain('soon concluded');
  expect(told).toEqual(['soon created', 'soon running', 'answered', 'soon aborting', 'soon concluded']);
});

test('images are named by the ids of their drives, or by their places', async () => {
  const drives = await Promise.all(['one.qcow2', 'two.qcow2'].map(qcow2));
  await using named = await Machine.create({
    ...{ memory: 2, vga: 'none', boot: { demo: true } },
    drives: drives.map((image, n) => ({ image, id: `hd${n}` })),
  });
  const other = openQmp(named);
  const save = async (tag: string, devices: readonly string[]) => {
    await other.execute('snapshot-save', { 'job-id': tag, tag, vmstate: devices[0], devices });
    const jobs = async () => (await other.execute('query-jobs')) as Data[];
    await expect.poll(async () => (await jobs()).find(({ id }) => id === tag)?.status).toBe('concluded');
    return (await jobs()).find(({ id }) => id === tag)!.error;
  };
  expect(await save('a', ['hd0', 'hd1'])).toBe(undefined);
  expect(await save('b', ['#ide0-hd0', '#ide0-hd1'])).toBe(undefined);
  expect(await save('c', ['hd0'])).toMatch(/'hd1' is missing in 'devices'/);
  expect(await save('d', ['#ide0-hd1', 'hd0'])).toMatch(/'vmstate' must be 'hd0'/);
});
