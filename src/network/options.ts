import type { StreamTarget } from './host.ts';
import type { NetworkHub } from './hub.ts';

/** The network that a card is connected to. */
export type NetworkBackendOptions =
  | UserNetworkOptions
  | SocketNetworkOptions
  | HubNetworkOptions
  | WebSocketNetworkOptions
  | WispNetworkOptions
  | ChannelNetworkOptions;

/** Options that every network has. */
interface CommonNetworkOptions {
  /** The path of a file that gets all frames in both directions, in the format of pcap. */
  readonly dump?: string;
  /** Most megabits (of a million bits) a second in each direction. Default: no limit. It may be changed while the machine runs. */
  readonly bandwidth?: number;
}

/** A network of its own, which reaches the host's by the host's ordinary sockets. Addresses and meanings are QEMU's. */
export interface UserNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'user';
  /** Default: true. */
  readonly ipv4?: boolean;
  /** Default: true. */
  readonly ipv6?: boolean;
  /** The guest's network, such as "10.0.2.0/24", which is the default. */
  readonly net?: string;
  /** The address by which the guest reaches the host; it is the router too. Default: the second of the network. */
  readonly host?: string;
  /** The address of the name server. Default: the third of the network. */
  readonly dns?: string;
  /** The first of the 16 addresses that DHCP gives. Default: the fifteenth of the network. */
  readonly dhcpStart?: string;
  /** The guest's IPv6 network of 64 bits. Default: "fec0::/64". */
  readonly ipv6Net?: string;
  /** Default: the second of the IPv6 network. */
  readonly ipv6Host?: string;
  /** Default: the third of the IPv6 network. */
  readonly ipv6Dns?: string;
  /** The host name that DHCP gives to the guest. */
  readonly hostname?: string;
  /** The domain that DHCP tells. */
  readonly domainName?: string;
  /** Domains in which a guest looks up names, told by DHCP. */
  readonly dnsSearch?: readonly string[];
  /** A folder whose files TFTP gives away, for guests that boot from the network. */
  readonly tftp?: string;
  /** The name of the TFTP server that DHCP gives. Default: the host's address. */
  readonly tftpServerName?: string;
  /** The file that DHCP tells a guest to boot. */
  readonly bootFile?: string;
  /** The guest reaches nothing but what is forwarded. */
  readonly restrict?: boolean;
  /** Ports of the host that lead to the guest. */
  readonly hostForward?: readonly HostForward[];
  /** Addresses of the guest's network that lead to somewhere on the host. */
  readonly guestForward?: readonly GuestForward[];
}

/** A port of the host that leads to the guest. */
export interface HostForward {
  /** Default: "tcp". */
  readonly protocol?: 'tcp' | 'udp';
  /** Where the host listens. Default: at all its IPv4 addresses. */
  readonly hostAddress?: string;
  /** 0: the host chooses one. */
  readonly hostPort: number;
  /** Default: the first address that DHCP gives. */
  readonly guestAddress?: string;
  /** Where the guest listens. */
  readonly guestPort: number;
}

/** An address of the guest's network that leads to somewhere on the host. */
export interface GuestForward {
  /** In the guest's network, neither the host's address nor the name server's. */
  readonly address: string;
  /** The TCP port at that address. */
  readonly port: number;
  /** An address and port, the path of a Unix socket, or a command that is started for each connection. */
  readonly target: StreamTarget;
}

/** A TCP connection to another machine, in QEMU's format: a QEMU may be the other end. */
export interface SocketNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'socket';
  /** Where to wait for the other machine; this or `connect`. Default of the address: all of the host. */
  readonly listen?: {
    /** An address of this host. */
    readonly host?: string;
    /** 0: the host chooses one. */
    readonly port: number;
  };
  /** Where the other machine waits. */
  readonly connect?: {
    /** Its name or address. */
    readonly host: string;
    /** Its TCP port. */
    readonly port: number;
  };
}

/** Machines of one process that see each other's frames. */
export interface HubNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'hub';
  /** The hub; cards with the same one are connected. */
  readonly hub: NetworkHub;
}

/** A relay on the network, which takes and gives each frame as a binary message of a WebSocket, as those of v86's users do. */
export interface WebSocketNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'websocket';
  /** Its address, such as "wss://relay.example/". */
  readonly url: string;
}

/** Machines of all pages of one server that see each other's frames in one browser. */
export interface ChannelNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'channel';
  /** The channel's name; pages with the same one are connected. Default: "default". */
  readonly name?: string;
}

/** A user-mode network in a page whose connections of all kinds are made by a relay of the wisp protocol. Only in browsers. */
export interface WispNetworkOptions extends CommonNetworkOptions {
  /** Tells it from others. */
  readonly type: 'wisp';
  /** The relay's address, such as "wisps://relay.example/". */
  readonly url: string;
}
