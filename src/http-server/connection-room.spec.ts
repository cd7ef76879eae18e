import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Logger } from '@nestjs/common';
import { CapturedLog } from '../../test/support/captured-log';
import { keepDescriptorsBack } from './connection-room';

const limits = (openFiles: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units\nMax open files            ${openFiles}`;

describe('the room for connections', () => {
  const servers: Server[] = [];
  afterEach(() => {
    Logger.overrideLogger(false);
    for (const server of servers.splice(0)) server.close();
  });

  function serverWith(...[text]: [text?: string]): Server {
    const server = createServer();
    keepDescriptorsBack(server, text);
    servers.push(server);
    return server;
  }

  it.each([
    ['1024                 524288               files', 928],
    ['64                   64                   files', 1],
    ['unlimited            unlimited            files', undefined],
  ])('is what the system allows, less what the process needs itself: %s', (openFiles, room) => {
    expect(serverWith(limits(openFiles)).maxConnections).toBe(room);
  });

  it('is not known where the system does not say', () => {
    expect(serverWith('').maxConnections).toBeUndefined();
  });

  it('turns the others away, and says so once', async () => {
    const server = serverWith(limits('97                   97                   files'));
    const log = new CapturedLog();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const inside = connect(port, '127.0.0.1');
    await once(server, 'connection');
    for (let times = 0; times < 3; times++) {
      const outside = connect(port, '127.0.0.1');
      outside.on('error', () => undefined);
      await new Promise((resolve) => outside.once('close', resolve));
    }
    expect(log.lines({ level: 'warn' })).toMatchObject([{ room: 1, openFiles: 97 }]);
    inside.destroy();
  });
});
