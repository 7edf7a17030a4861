import { FleetError } from './error.ts';
import { FolderStore } from './folder-store.ts';
import { S3Store } from './s3-store.ts';
import type { ObjectStore } from './store.ts';

/**
 * A store by its place: a folder, or s3://BUCKET/PREFIX, whose server and keys are in the variables that other programs take them from.
 * @throws FleetError that names the variable which is missing
 */
export function openStore(place: string, variables: Readonly<Record<string, string | undefined>>): ObjectStore {
  if (!/^\w+:\/\//.test(place)) return new FolderStore(place);
  const [, bucket, prefix = ''] = place.match(/^s3:\/\/([^/]+)(?:\/(.*?))?\/*$/) ?? [];
  if (bucket === undefined) throw new FleetError(`'${place}' is no store; give a folder, or s3://BUCKET/PREFIX`);
  const [accessKey, secretKey] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'].map((name) => {
    const value = variables[name];
    if (!value) throw new FleetError(`${place} needs a key; set ${name}`);
    return value;
  });
  const region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? 'us-east-1';
  const endpoint = variables.AWS_ENDPOINT_URL_S3 ?? variables.AWS_ENDPOINT_URL ?? `https://s3.${region}.amazonaws.com`;
  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint))
    throw new FleetError(`AWS_ENDPOINT_URL is '${endpoint}'; it must look like https://s3.example.com`);
  return new S3Store({ endpoint, bucket, prefix, region, accessKey: accessKey!, secretKey: secretKey! });
}
