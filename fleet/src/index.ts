/** The fleet's library: submit runs, work on them, keep images. */

export { FleetError } from './error.ts';
export { FolderStore } from './folder-store.ts';
export { findImage, type Image, listImages, putImage, removeImage } from './images.ts';
export type { JobContext, JobFunction } from './job.ts';
export { connector } from './redis.ts';
export type { JobResult, Run } from './run.ts';
export { type BucketSettings, S3Store } from './s3-store.ts';
export type { ObjectStore, StoredObject } from './store.ts';
export { type RunOptions, SubmittedRun } from './submit.ts';
export { FleetWorker, type WorkerSettings } from './worker.ts';
