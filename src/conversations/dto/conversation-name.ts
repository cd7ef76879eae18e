import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';
import { IsText } from '../../common/validation';

export const MAX_NAME_CODE_POINTS = 100;

/** What a group is called: something can be seen of it. */
export function IsConversationName(): PropertyDecorator {
  return applyDecorators(
    IsText(1, MAX_NAME_CODE_POINTS),
    Matches(/\S/, { message: 'name must have at least one character that is not white space' }),
  );
}
