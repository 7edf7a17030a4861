import type { Redis } from 'ioredis';
import { Gauge, type Registry as Prometheus } from 'prom-client';
import { answers } from './health.ts';
import { jobCounts } from './job-counts.ts';
import { MACHINES, machineKey } from './machines/record.ts';
import { Registry } from './machines/registry.ts';
import type { Source } from './metrics.ts';
import { runScript } from './redis.ts';
import { OPEN_RUNS } from './run.ts';
import { lastCleaning } from './upkeep.ts';

/** Counts machines by their states, and finds the oldest of the last checkpoints of those that run. ARGV: how their names in Redis begin. */
const COUNT = `
local counts, oldest = {}, 0
for _, name in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local machine = redis.call('HMGET', ARGV[1] .. name, 'state', 'every', 'saved')
  local state, saved = machine[1] or 'gone', tonumber(machine[3] or 0)
  counts[state] = (counts[state] or 0) + 1
  if state == 'running' and tonumber(machine[2] or 0) > 0 and saved > 0 and (oldest == 0 or saved < oldest) then oldest = saved end
end
local answer = {string.format('%d', oldest)}
for state, count in pairs(counts) do
  answer[#answer + 1] = state
  answer[#answer + 1] = count
end
return answer
`;

/** The figures of the fleet as a whole, which are read from Redis each time that they are asked for, and left out while it does not answer. */
export function fleetFigures(registry: Prometheus, redis: Redis): Source {
  const registers = [registry];
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `rawiron_fleet_${name}`, help, labelNames, registers });
  const hosts = gauge('hosts', 'Hosts that live');
  const onHost = gauge('host_machines', 'Machines on a host', 'host');
  const memory = gauge('host_memory_bytes', 'Memory of a host for machines', 'host');
  const free = gauge('host_memory_free_bytes', 'What is free of it; 0 for a host that is drained', 'host');
  const machines = gauge('machines', 'Machines by their states', 'state');
  const oldest = gauge(
    'oldest_checkpoint_timestamp_seconds',
    'Time of the oldest last checkpoint of a running machine',
  );
  const jobs = gauge('jobs', 'Jobs that have not ended', 'state');
  const runs = gauge('open_runs', 'Runs with jobs that have not ended');
  const cleaned = gauge('last_cleaning_timestamp_seconds', 'Time of the last removal of garbage from the store');
  return async () => {
    for (const labelled of [onHost, memory, free, machines, jobs]) labelled.reset();
    for (const single of [hosts, oldest, runs, cleaned]) single.remove();
    if (!(await answers(redis))) return;
    const all = await new Registry(redis).hosts();
    hosts.set(all.length);
    for (const { id: host, ...figures } of all) {
      onHost.set({ host }, figures.machines);
      memory.set({ host }, figures.memory);
      free.set({ host }, figures.free);
    }
    const [saved, ...counts] = (await runScript(redis, COUNT, 1, MACHINES, machineKey(''))) as [string, ...string[]];
    for (let at = 0; at < counts.length; at += 2) machines.set({ state: counts[at]! }, Number(counts[at + 1]));
    if (saved !== '0') oldest.set(Number(saved) / 1000);
    for (const [state, count] of Object.entries(await jobCounts(redis))) jobs.set({ state }, count);
    runs.set(await redis.zcard(OPEN_RUNS));
    const cleaning = await lastCleaning(redis);
    if (cleaning !== undefined) cleaned.set(cleaning.at / 1000);
  };
}
