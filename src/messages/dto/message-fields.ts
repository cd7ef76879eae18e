import { applyDecorators } from '@nestjs/common';
import { IsString, Matches } from 'class-validator';
import { IsOpaqueObject, IsText, MayBeAbsent } from '../../common/validation';

export const MAX_CONTENT_CODE_POINTS = 4_000;
const MAX_PAYLOAD_BYTES = 16 * 1024;

/** May be absent or empty here: whether it may be there is for the type to say. */
export function IsMessageContent(): PropertyDecorator {
  return applyDecorators(MayBeAbsent(), IsText(0, MAX_CONTENT_CODE_POINTS));
}

export function IsMessageType(): PropertyDecorator {
  return applyDecorators(
    IsString(),
    Matches(/^[a-z][a-z0-9_.-]{0,31}$/, { message: 'type must be the name of a type of message' }),
  );
}

export function IsMessagePayload(): PropertyDecorator {
  return applyDecorators(MayBeAbsent(), IsOpaqueObject(MAX_PAYLOAD_BYTES));
}
