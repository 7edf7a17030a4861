/** The fleet's library: submit runs, work on them, keep images and machines. */

export { type ConfinementSettings, chooseConfinement } from './confined/apart.ts';
export type { Confinement } from './confined/confinement.ts';
export { FleetError } from './error.ts';
export { FolderStore } from './folder-store.ts';
export { type Removed, removeGarbage } from './garbage.ts';
export { FleetGateway, type GatewaySettings } from './gateway/gateway.ts';
export { findImage, type Image, listImages, putImage, removeImage } from './images.ts';
export type { JobContext, JobFunction } from './job.ts';
export { type AdoptedMachine, Adoption } from './machines/adoption.ts';
export { type ConsolePart, MachineConsole } from './machines/console.ts';
export { FleetHost, type HostSettings } from './machines/host.ts';
export { FleetMachines, type MachineStart } from './machines/machines.ts';
export { MachineNetworks, type NetworkSettings } from './machines/networks.ts';
export type {
  HostRecord,
  LossPolicy,
  MachineCard,
  MachineNetwork,
  MachineRecord,
  MachineState,
  MoveFigures,
  PortForward,
  Wanted,
} from './machines/record.ts';
export { MachineView, type ViewListener } from './machines/view.ts';
export { connector } from './redis.ts';
export type { JobResult, Run } from './run.ts';
export { type BucketSettings, S3Store } from './s3-store.ts';
export type { ObjectStore, StoredObject } from './store.ts';
export { type RunOptions, SubmittedRun } from './submit.ts';
export { type Quota, type Tenant, Tenants } from './tenants/tenants.ts';
export { type Rights, type Scope, scopes, type TokenRecord, Tokens } from './tenants/tokens.ts';
export { FleetWorker, type WorkerSettings } from './worker.ts';
