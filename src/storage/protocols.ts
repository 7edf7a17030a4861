/** Protocols by which QEMU reads images and this code does not. A name that begins so is no path that somebody has mistyped. */
const protocols: ReadonlySet<string> = new Set([
  ...[
    'blkdebug',
    'blklogwrites',
    'blkreplay',
    'blkverify',
    'copy-before-write',
    'compress',
    'dmg',
    'fat',
    'ftp',
    'ftps',
  ],
  ...[
    'fuse',
    'gluster',
    'gluster+rdma',
    'gluster+tcp',
    'gluster+unix',
    'host_cdrom',
    'host_device',
    'io_uring',
    'iscsi',
  ],
  ...[
    'iser',
    'json',
    'nbd',
    'nbd+tcp',
    'nbd+unix',
    'nfs',
    'null-aio',
    'null-co',
    'nvme',
    'nvme-io_uring',
    'preallocate',
  ],
  ...['quorum', 'rbd', 'replication', 'sheepdog', 'ssh', 'throttle', 'tftp', 'vhdx', 'virtio-blk-vhost-vdpa', 'vxhs'],
]);

/** The protocol of QEMU in a name that is none of a file, such as `nbd` in `nbd://host/disk`. */
export function foreignProtocol(name: string): string | undefined {
  const protocol = /^([\w+-]+):/.exec(name)?.[1];
  return protocol !== undefined && protocols.has(protocol) ? protocol : undefined;
}

/** The path in a name of a file, which may begin with `file:` as for QEMU. */
export function filePath(name: string): string {
  return name.replace(/^file:/i, '');
}
