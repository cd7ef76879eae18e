import { clientAddresses } from './client-address';

const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  socket: { remoteAddress },
});

describe('the address a stranger is counted by', () => {
  const addressOf = clientAddresses([]);

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:db8:a:b:1:2:3:4', '2001:db8:a:b::/64'],
    ['2001:db8:a:b::1', '2001:db8:a:b::/64'],
    ['2001:DB8:000a:0b::', '2001:db8:a:b::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  ])('of %s is %s', (address, counted) => {
    expect(addressOf(from(address))).toBe(counted);
  });

  it('is one for all whose connection has none', () => {
    expect(addressOf(from(undefined))).toBe('unknown');
  });
});

describe('T23 X-Forwarded-For', () => {
  it.each([
    ['is not looked at when nobody is trusted', [], '10.0.0.1', '203.0.113.7', '10.0.0.1'],
    [
      'is not looked at from one who is not trusted',
      ['10.0.0.1'],
      '203.0.113.9',
      '203.0.113.7',
      '203.0.113.9',
    ],
    ['is believed from a proxy', ['10.0.0.0/8'], '10.0.0.1', '203.0.113.7', '203.0.113.7'],
    [
      'is believed from a proxy over IPv6',
      ['10.0.0.0/8'],
      '::ffff:10.0.0.1',
      '2001:db8::7',
      '2001:db8:0:0::/64',
    ],
    [
      'is read from its end: what a client put before is nothing',
      ['10.0.0.1'],
      '10.0.0.1',
      '198.51.100.1, 127.0.0.1,203.0.113.7',
      '203.0.113.7',
    ],
    [
      'is read past every proxy that is trusted, and no further',
      ['10.0.0.0/8', 'fd00::/8'],
      '10.0.0.1',
      '198.51.100.1, 203.0.113.7, fd00::2, 10.9.9.9',
      '203.0.113.7',
    ],
    ['may name the port too', ['10.0.0.1'], '10.0.0.1', '203.0.113.7:4711', '203.0.113.7'],
    ['may name the port of IPv6 too', ['10.0.0.1'], '10.0.0.1', '[2001:db8::7]:4711', '2001:db8:0:0::/64'],
    ['that hides the client counts for the proxy', ['10.0.0.1'], '10.0.0.1', 'unknown', '10.0.0.1'],
    [
      'that is garbage counts for the last proxy',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '203.0.113.7, <x>, 10.2.2.2',
      '10.2.2.2',
    ],
    ['that is empty counts for the proxy', ['10.0.0.1'], '10.0.0.1', '', '10.0.0.1'],
    [
      'with nothing but trusted hops counts for the first',
      ['10.0.0.0/8'],
      '10.0.0.1',
      '10.5.5.5',
      '10.5.5.5',
    ],
  ])('%s', (_what, trusted, peer, forwarded, counted) => {
    expect(clientAddresses(trusted)(from(peer, forwarded))).toBe(counted);
  });
});
