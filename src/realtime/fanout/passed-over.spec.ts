import { PassedOver } from './passed-over';

describe('PassedOver', () => {
  it('knows each revision once', () => {
    const passedOver = new PassedOver();
    passedOver.add('chat', [3, 4], ['ann']);
    expect([passedOver.has('chat', 3), passedOver.has('chat', 5), passedOver.has('other', 3)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(passedOver.take('chat', 3)).toEqual(['ann']);
    expect(passedOver.take('chat', 3)).toBeUndefined();
    expect(passedOver.take('chat', 4)).toEqual(['ann']);
  });

  it('remembers the newest of many', () => {
    const passedOver = new PassedOver();
    for (let rev = 1; rev <= 1_000; rev++) passedOver.add('chat', [rev], []);
    expect([passedOver.has('chat', 800), passedOver.has('chat', 801)]).toEqual([false, true]);
  });
});
