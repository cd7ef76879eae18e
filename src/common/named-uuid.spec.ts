import { isUuid } from '../../src/common/uuid';
import { namedUuid } from './named-uuid';

const DNS = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

describe('namedUuid', () => {
  it('makes what RFC 9562 says', () => {
    expect(namedUuid(DNS, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('differs with the name and with the namespace', () => {
    const one = namedUuid(DNS, 'one');
    expect(isUuid(one)).toBe(true);
    expect(namedUuid(DNS, 'other')).not.toBe(one);
    expect(namedUuid(one, 'one')).not.toBe(one);
  });
});
