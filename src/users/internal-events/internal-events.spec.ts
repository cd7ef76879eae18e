import { Test } from '@nestjs/testing';
import { DiscoveryModule } from '@nestjs/core';
import { IsUuid } from '../../common/validation';
import { HandlesInternalEvent, type InternalEventHandler } from './internal-event-handler';
import { InternalEvents } from './internal-events';

const UUID = '0190a0b1-0000-7000-8000-00000000a11c';

class RungDto {
  @IsUuid()
  bell: string;
}

class Told<Event extends object> {
  readonly told: { tenantId: string; event: Event }[] = [];

  handle(tenantId: string, event: Event): Promise<void> {
    this.told.push({ tenantId, event });
    return Promise.resolve();
  }
}

class DoorDto extends RungDto {
  @IsUuid()
  type: string;
}

@HandlesInternalEvent()
class Doors extends Told<DoorDto> implements InternalEventHandler<DoorDto> {
  readonly type = UUID;
  readonly shape = DoorDto;
}

@HandlesInternalEvent()
class Windows extends Told<DoorDto> implements InternalEventHandler<DoorDto> {
  readonly type = UUID.replace('a11c', 'b0b0');
  readonly shape = DoorDto;
}

@HandlesInternalEvent()
class OtherDoors extends Doors {}

async function start(...handlers: (new () => object)[]) {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [InternalEvents, ...handlers],
  }).compile();
  return module.init();
}

describe('what other services tell', () => {
  it('reaches the handler of its type, and no other', async () => {
    const module = await start(Doors, Windows);
    const event = { type: module.get(Windows).type, bell: UUID };
    await module.get(InternalEvents).take('t', event);
    expect(module.get(Windows).told).toEqual([{ tenantId: 't', event }]);
    expect(module.get(Doors).told).toEqual([]);
  });

  it.each([
    ['nothing', undefined, ''],
    ['a list', [], ''],
    ['text', 'door', ''],
    ['of no type', { bell: UUID }, 'type'],
    ['of a type nobody knows', { type: 'x', bell: UUID }, 'type'],
    ['of a type that is none', { type: [UUID], bell: UUID }, 'type'],
    ['without a field', { type: UUID }, 'bell'],
    ['with a field too many', { type: UUID, bell: UUID, more: 1 }, 'more'],
  ])('is refused when it is %s', async (_what, event, path) => {
    const module = await start(Doors);
    await expect(module.get(InternalEvents).take('t', event)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path }],
    });
    expect(module.get(Doors).told).toEqual([]);
  });

  it('has one handler for each type, or the process does not start', async () => {
    await expect(start(Doors, OtherDoors)).rejects.toThrow(/two handlers/);
  });
});
