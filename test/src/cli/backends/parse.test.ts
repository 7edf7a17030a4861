import { expect, test } from 'vitest';
import { parseArguments } from '../../../../src/cli/arguments.ts';

test.each([
  ['-serial tcp:host', "-serial: 'host' is no address; give tcp:HOST:PORT"],
  ['-serial pty', "-serial: 'pty' is not supported: Node opens no terminals of its own; give unix:PATH,server=on"],
  ['-serial tty', "-serial: 'tty' is not supported; it is one of stdio, mon:stdio, unix:PATH"],
  ['-serial udp:1.2.3.4', "-serial: '1.2.3.4' is no place of UDP; give udp:HOST:PORT, or udp:HOST:PORT@HOST:PORT"],
  ['-serial udp:1.2.3.4:5@6', "-serial: '1.2.3.4:5@6' is no place of UDP"],
  ['-serial udp:1.2.3.4:99999', "-serial: '99999' is no UDP port"],
  ['-chardev udp,id=u', "-chardev: 'udp,id=u' is not supported; give udp[,host=HOST],port=N"],
  ['-chardev null,id=x,logappend=maybe', "-chardev: 'maybe' is neither on nor off; give logappend=on"],
  ['-serial mon:null', "-serial: 'mon:null' is not supported; what devices can share is stdio, sockets and udp"],
  ['-monitor unix:/tmp/x,server,nowait,ipv4', "-monitor: 'ipv4' is not supported"],
  ['-monitor unix:/tmp/x,server=maybe', "-monitor: 'maybe' is neither on nor off; give server=on"],
  ['-mon chardev=c,pretty=on', "-mon: 'pretty' is not compatible with HMP monitors; give mode=control"],
  ['-mon chardev=c,mode=control,pretty=maybe', "-mon: 'maybe' is neither on nor off; give pretty=on"],
  ['-mon mode=control', "-mon: 'mode=control' has no chardev; give chardev=ID"],
  ['-serial file:', "-serial: 'file:' is not supported"],
  ['-chardev file,id=x', "-chardev: 'file,id=x' is not supported"],
  ['-chardev null,path=y,id=x', "-chardev: 'null,path=y,id=x' is not supported"],
  ['-chardev stdio', "-chardev: 'stdio' has no name; give id=ID"],
  ['-chardev null,id=x -chardev stdio,id=x', '-chardev: there is a -chardev with id=x already'],
  ['-chardev pty,id=x', "-chardev: 'pty' is not supported: Node opens no terminals of its own; give unix:PATH"],
  ['-chardev tty,id=x', "-chardev: 'tty,id=x' is not supported; give null, stdio, file,path=FILE"],
  ['-chardev ringbuf,id=x,size=17', '-chardev: size=17 is no size of a ring buffer; give a power of two'],
  ['-chardev socket,id=x,port=99999', "-chardev: '99999' is no TCP port"],
  ['-serial tcp:h:1,server,reconnect=2', '-serial: reconnect= is for sockets that connect'],
  ['-chardev socket,id=x', "-chardev: 'socket,id=x' is not supported"],
])('%s is refused', (line, message) => {
  expect(() => parseArguments(line.split(' '))).toThrow(message);
});
